// Bundles what runs outside Next: the server process, the sandbox's worker thread and the CLI.
// Packages stay external, so the bundles hold only our own code and build in a fraction of a second.
import { build, context } from 'esbuild'
import { existsSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')

const entries = {
  main: 'src/main.ts',
  'sandbox-worker': 'src/expressions/sandbox/worker.ts',
  fanwise: 'src/cli/fanwise/main.ts',
}

/** esbuild options of all bundles, written to `outdir`. @returns {import('esbuild').BuildOptions} */
export function bundleOptions(outdir = path.join(root, '.fanwise/build')) {
  return {
    absWorkingDir: root,
    entryPoints: Object.fromEntries(Object.entries(entries).filter(([, file]) => existsSync(path.join(root, file)))),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'esm',
    sourcemap: 'linked',
    logLevel: 'warning',
    // The generated Prisma client is CommonJS-minded about these two.
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
  }
}

/** Rebuilds on every change and calls `onBuilt` after each success. */
export async function watchBundles(onBuilt) {
  const watcher = await context({
    ...bundleOptions(),
    plugins: [{ name: 'built', setup: (b) => b.onEnd((result) => (result.errors.length === 0 ? onBuilt() : undefined)) }],
  })
  await watcher.watch()
  return watcher
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build(bundleOptions())
