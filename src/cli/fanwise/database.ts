/** The installation's database for a command: DATABASE_URL, the running server's own Postgres, or one started for the moment. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { CliError } from '#cli/fanwise/command.ts'
import { closeDb } from '#server/db.ts'
import { DataFolderError, startEmbeddedPostgres } from '#server/embedded-postgres.ts'
import type { Env } from '#server/env.ts'
import { migrate } from '#server/migrate.ts'

/** Migrated and reachable through db() while `act` runs. */
export async function withDatabase<T>(env: Env, act: () => Promise<T>): Promise<T> {
  const { connectionString, stop } = await open(env)
  try {
    process.env.DATABASE_URL = connectionString
    await migrate(connectionString)
    return await act()
  } finally {
    await closeDb()
    await stop()
  }
}

async function open(env: Env): Promise<{ connectionString: string; stop(): Promise<void> }> {
  if (env.DATABASE_URL !== undefined) return { connectionString: env.DATABASE_URL, stop: async () => {} }
  try {
    return await startEmbeddedPostgres(env.dataDir)
  } catch (error) {
    if (!(error instanceof DataFolderError)) throw error
    if (error.reason === 'in-use') return { connectionString: await ofRunningServer(env.dataDir, error), stop: async () => {} }
    throw new CliError(error.message, error.fix, error.reason === 'disk' ? 12 : 14)
  }
}

/** A server that has this data folder has its Postgres running, or is about to. */
async function ofRunningServer(dataDir: string, inUse: DataFolderError): Promise<string> {
  const passwordFile = path.join(dataDir, 'postgres-password')
  const pidFile = path.join(dataDir, 'postgres/postmaster.pid')
  for (let waitedMs = 0; waitedMs < 30_000; waitedMs += 200) {
    if (existsSync(passwordFile) && existsSync(pidFile)) {
      const [, , , port, , , , status] = readFileSync(pidFile, 'utf8').split('\n')
      if (status?.trim() === 'ready') return `postgresql://fanwise:${readFileSync(passwordFile, 'utf8').trim()}@127.0.0.1:${Number(port)}/postgres`
    }
    await delay(200)
  }
  throw new CliError(inUse.message, inUse.fix, 11)
}
