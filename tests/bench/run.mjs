#!/usr/bin/env node
// `npm run bench -- floor` and `npm run bench -- http`: both sides in one session, ratios printed.
// Absolute figures move with the machine; the ratios are what is compared.
import { spawnSync } from 'node:child_process'
import process from 'node:process'
import { build } from 'esbuild'
import { prepare, projectRoot } from '../../src/cli/prepare.mjs'

process.chdir(projectRoot)
const benches = ['floor', 'http']
const name = process.argv[2]
if (!benches.includes(name)) {
  console.error(`Which one? npm run bench -- ${benches.join(' | ')}`)
  process.exit(2)
}
await prepare({ next: true })
await build({
  entryPoints: [`tests/bench/${name}.ts`, 'tests/bench/floor-loop.ts'], bundle: true, packages: 'external', platform: 'node', target: 'node20', format: 'esm',
  outdir: '.fanwise/bench', outExtension: { '.js': '.mjs' }, logLevel: 'warning',
})
process.exit(spawnSync(process.execPath, [`.fanwise/bench/${name}.mjs`, ...process.argv.slice(3)], { stdio: 'inherit' }).status ?? 1)
