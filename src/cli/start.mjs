#!/usr/bin/env node
// The one command: installs what is missing, generates the Prisma client, builds what changed,
// then runs the server in this process. Plain JavaScript over Node's own modules, because on a
// fresh machine nothing else is there yet.
import { existsSync } from 'node:fs'
import process from 'node:process'
import { prepare, projectRoot, step } from './prepare.mjs'

process.chdir(projectRoot)
const flags = new Set(process.argv.slice(2))
const dev = flags.has('--dev')
if (flags.has('--worker')) process.env.FANWISE_ROLE = 'worker'
process.env.NODE_ENV = dev ? 'development' : 'production'
process.env.NEXT_TELEMETRY_DISABLED = '1'

if (existsSync('.env')) process.loadEnvFile('.env')
await prepare({ next: !dev && process.env.FANWISE_ROLE !== 'worker' })

if (dev) {
  const { runDevelopment } = await import('./dev.mjs')
  await runDevelopment()
} else {
  step('Starting')
  await import('../../.fanwise/build/main.mjs')
}
