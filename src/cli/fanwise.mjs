#!/usr/bin/env node
// `npx fanwise` in a checkout: brings it to the point where the command can run, then runs it.
// Plain JavaScript over Node's own modules, because on a fresh machine nothing else is there yet.
import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { prepare, projectRoot } from './prepare.mjs'

const bundle = path.join(projectRoot, '.fanwise/build/fanwise.mjs')
const startedIn = process.cwd()
// Files that the command names are relative to where it was typed; everything else lives in the checkout.
process.env.FANWISE_STARTED_IN ??= startedIn
process.chdir(projectRoot)
if (existsSync('.env')) process.loadEnvFile('.env')

if (isStale()) {
  // Progress would mix with what the command prints.
  process.env.FANWISE_QUIET ??= '1'
  if (!existsSync(bundle)) console.error('  Preparing Fanwise (once; a minute or two on a fresh machine)')
  await prepare({ next: false })
}
const { run } = await import(pathToFileURL(bundle).href)
process.exitCode = await run(process.argv.slice(2))

/** True when there is no bundle, or a source is newer than it. */
function isStale() {
  if (!existsSync(bundle) || !existsSync(path.join(projectRoot, 'node_modules/pg/package.json'))) return true
  const built = statSync(bundle).mtimeMs
  return newerThan(path.join(projectRoot, 'src'), built)
}

function newerThan(folder, time) {
  return readdirSync(folder, { withFileTypes: true }).some((entry) => {
    const file = path.join(folder, entry.name)
    if (entry.isDirectory()) return entry.name !== 'generated' && newerThan(file, time)
    return /(?<!\.test)\.ts$/.test(entry.name) && statSync(file).mtimeMs > time
  })
}
