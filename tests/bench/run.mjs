#!/usr/bin/env node
// `npm run bench -- <name> [arguments]`: the product and what it is measured beside, in turns in one session.
// Ratios are printed and compared with the goals; absolute figures move with the machine.
import { spawnSync } from 'node:child_process'
import process from 'node:process'
import { build } from 'esbuild'
import { prepare, projectRoot } from '../../src/cli/prepare.mjs'

process.chdir(projectRoot)
const benches = {
  floor: 'fan-out of 50,000 through the whole product beside the least SQL that stores the same (floor 1000000 1 for a million)',
  peers: 'the same fan-out by DBOS, graphile-worker and pg-boss',
  small: 'small runs for five minutes beside DBOS (small 60 for one)',
  http: 'POST /e/:key with four functions beside an empty Next route',
  latency: 'idle latency beside graphile-worker, step to step, slot to start',
  limits: 'what concurrency limits cost',
  history: 'a million runs in history',
  retention: 'running while old history is deleted',
  workers: 'a second and a third worker process',
  code: 'sandboxed Code steps',
  canvas: 'the editor with 100, 1,000 and 3,000 nodes in headless Chromium (canvas 1000 for one size)',
}
const names = process.argv[2] === undefined ? Object.keys(benches) : [process.argv[2]]
if (!names.every((name) => name in benches)) {
  console.error(`There is no bench "${process.argv[2]}". There are:\n${Object.entries(benches).map(([name, about]) => `  ${name.padEnd(9)}${about}`).join('\n')}`)
  process.exit(2)
}
await prepare({ next: true })
await build({
  entryPoints: [...names.map((name) => `tests/bench/${name}.ts`), 'tests/bench/floor-loop.ts'], bundle: true, packages: 'external', platform: 'node', target: 'node20', format: 'esm',
  outdir: '.fanwise/bench', outExtension: { '.js': '.mjs' }, logLevel: 'warning',
})
let missed = 0
for (const name of names) {
  console.log(`\n── ${name}: ${benches[name]}`)
  missed += spawnSync(process.execPath, [`.fanwise/bench/${name}.mjs`, ...process.argv.slice(3)], { stdio: 'inherit' }).status === 0 ? 0 : 1
}
process.exit(missed === 0 ? 0 : 1)
