/** For tests: builds the worker into a folder of its own under .fanwise and says how to remove it. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import path from 'node:path'
import { build } from 'esbuild'

export async function buildWorker(): Promise<{ workerFile: string; remove(): Promise<void> }> {
  // Inside the checkout, so that the bundle's packages are found.
  const parent = path.resolve('.fanwise')
  await mkdir(parent, { recursive: true })
  const folder = await mkdtemp(path.join(parent, 'sandbox-test-'))
  const workerFile = path.join(folder, 'sandbox-worker.mjs')
  await build({ entryPoints: [path.resolve('src/expressions/sandbox/worker.ts')], outfile: workerFile, bundle: true, packages: 'external', platform: 'node', target: 'node20', format: 'esm', logLevel: 'silent' })
  return { workerFile, remove: () => rm(folder, { recursive: true, force: true }) }
}
