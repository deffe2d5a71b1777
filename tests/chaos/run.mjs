#!/usr/bin/env node
// `npm run chaos -- <scenario…> --items=50000 --kills=100`: faults from outside, then a check of the whole history.
import { spawnSync } from 'node:child_process'
import process from 'node:process'
import { build } from 'esbuild'
import { bundleOptions } from '../../src/cli/build.mjs'
import { prepare, projectRoot } from '../../src/cli/prepare.mjs'

process.chdir(projectRoot)
await prepare({ next: false })
await build(bundleOptions())
const { banner } = bundleOptions()
await build({
  entryPoints: ['tests/chaos/main.ts'], bundle: true, packages: 'external', platform: 'node', target: 'node20', format: 'esm',
  outfile: '.fanwise/chaos/main.mjs', logLevel: 'warning', banner,
})
process.exit(spawnSync(process.execPath, ['.fanwise/chaos/main.mjs', ...process.argv.slice(2)], { stdio: 'inherit' }).status ?? 1)
