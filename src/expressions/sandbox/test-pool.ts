/** For tests: a pool over the real worker, built into a folder of its own under .fanwise and removed with the tests of the file. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import path from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll } from 'vitest'
import type { SandboxPool, SandboxPoolOptions } from '#expressions/sandbox/pool.ts'
import { createSandboxPool } from '#expressions/sandbox/pool.ts'

/** Usable from the first test on. */
export function testPool(options: Omit<SandboxPoolOptions, 'workerFile'>): SandboxPool {
  let pool: SandboxPool
  let folder: string
  beforeAll(async () => {
    // Inside the checkout, so that the bundle's packages are found.
    const parent = path.resolve('.fanwise')
    await mkdir(parent, { recursive: true })
    folder = await mkdtemp(path.join(parent, 'sandbox-test-'))
    const workerFile = path.join(folder, 'sandbox-worker.mjs')
    await build({ entryPoints: [path.resolve('src/expressions/sandbox/worker.ts')], outfile: workerFile, bundle: true, packages: 'external', platform: 'node', target: 'node20', format: 'esm', logLevel: 'silent' })
    pool = createSandboxPool({ ...options, workerFile })
  })
  afterAll(async () => {
    await pool.close()
    await rm(folder, { recursive: true, force: true })
  })
  return new Proxy({} as SandboxPool, { get: (_, name: keyof SandboxPool) => pool[name] })
}
