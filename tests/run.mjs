#!/usr/bin/env node
// `npm test`: prepares what is missing, then unit, integration and browser tests, then one plain line.
// `npm test -- unit integration` runs some of them; leaves no process and no file behind.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { prepare, projectRoot, step } from '../src/cli/prepare.mjs'

process.chdir(projectRoot)
const all = ['unit', 'integration', 'e2e']
const asked = process.argv.slice(2).filter((word) => all.includes(word))
const projects = asked.length === 0 ? all : asked

console.log('Fanwise tests')
await prepare({ next: projects.includes('e2e') })
if (projects.includes('e2e')) {
  const { findChromium } = await import('./support/chromium.mjs')
  process.env.CHROMIUM_PATH = await findChromium(step)
}

const folder = mkdtempSync(path.join(tmpdir(), 'fanwise-results-'))
let failed = false
const totals = { passed: 0, failed: 0, skipped: 0 }
try {
  for (const project of projects) {
    step(`Running ${project} tests`)
    const file = path.join(folder, `${project}.json`)
    const code = await vitest(['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`])
    failed ||= code !== 0
    count(file)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
  reportLeftovers()
}
if (failed && totals.failed === 0) totals.failed = 1
console.log(`${totals.passed} passed, ${totals.failed} failed${totals.skipped > 0 ? `, ${totals.skipped} skipped` : ''}`)
process.exit(failed ? 1 : 0)

function vitest(args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', ...args], { stdio: 'inherit', env: { ...process.env, NODE_ENV: 'test', FANWISE_QUIET: '1', NO_COLOR: process.stdout.isTTY ? '' : '1' } })
    child.on('exit', (code) => resolve(code ?? 1))
  })
}

function count(file) {
  try {
    const result = JSON.parse(readFileSync(file, 'utf8'))
    totals.passed += result.numPassedTests
    totals.failed += result.numFailedTests
    totals.skipped += result.numPendingTests
  } catch {
    failed = true
  }
}

/** Every test ends what it starts; this makes a breach visible. */
function reportLeftovers() {
  const look = () => spawnSync('pgrep', ['-f', 'fanwise-test-'], { encoding: 'utf8' })
  let left = look()
  // A database may still be writing its last page.
  for (let tries = 0; left.status === 0 && tries < 15; tries++) {
    spawnSync('sleep', ['0.2'])
    left = look()
  }
  if (left.status === 0) console.error(`  A test left a process behind: ${left.stdout.trim()}`)
}
