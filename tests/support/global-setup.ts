/** One PostgreSQL for the whole test run, with a migrated template that every test file clones. Gone afterwards. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { build } from 'esbuild'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { bundleOptions } from '../../src/cli/build.mjs'
import { startEmbeddedPostgres } from '#server/embedded-postgres.ts'
import { migrate } from '#server/migrate.ts'

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string
  }
}

export const templateName = 'fanwise_template'

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await build(bundleOptions())
  const folder = mkdtempSync(path.join(tmpdir(), 'fanwise-test-'))
  const postgres = await startEmbeddedPostgres(folder)
  const admin = new pg.Client({ connectionString: postgres.connectionString })
  await admin.connect()
  await admin.query(`create database ${templateName}`)
  await admin.end()
  await migrate(postgres.connectionString.replace(/\/postgres$/, `/${templateName}`))
  project.provide('postgresUrl', postgres.connectionString)
  return async () => {
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
