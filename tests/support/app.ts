/** The whole product as its own process on a port of its own, and a browser beside it. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { chromium, type Browser, type Page } from 'playwright-core'
import { freePort } from '#server/free-port.ts'
import { createTestDatabase, type TestDatabase } from '#tests/support/database.ts'

export interface TestApp {
  url: string
  database: TestDatabase
  browser: Browser
  /** A page in a browser context of its own: no cookies of others. */
  newPage(options?: { width?: number; height?: number; dark?: boolean }): Promise<Page>
  /** Ends the server as a power cut would, then starts it anew on the same database and port. */
  restart(): Promise<void>
  stop(): Promise<void>
}

const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage']

export async function startTestApp(env: Record<string, string> = {}): Promise<TestApp> {
  const database = await createTestDatabase()
  const folder = mkdtempSync(path.join(tmpdir(), 'fanwise-test-app-'))
  const port = await freePort()
  const url = `http://localhost:${port}`
  let child = await startServer(port, database.url, folder, env)
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium', args: flags })
  const end = (signal: NodeJS.Signals) => new Promise<void>((resolve) => {
    if (child.exitCode !== null) return resolve()
    child.once('exit', () => resolve())
    child.kill(signal)
  })
  return {
    url, database, browser,
    async newPage({ width = 1440, height = 900, dark = false } = {}) {
      const context = await browser.newContext({ viewport: { width, height }, colorScheme: dark ? 'dark' : 'light', baseURL: url })
      const page = await context.newPage()
      page.setDefaultTimeout(20_000)
      return page
    },
    async restart() {
      await end('SIGKILL')
      child = await startServer(port, database.url, folder, env)
    },
    async stop() {
      await browser.close()
      await end('SIGTERM')
      await database.drop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function startServer(port: number, databaseUrl: string, folder: string, env: Record<string, string>): Promise<ReturnType<typeof spawn>> {
  const child = spawn(process.execPath, [path.resolve('.fanwise/build/main.mjs')], {
    env: {
      ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', PORT: String(port), DATABASE_URL: databaseUrl, NEXTAUTH_URL: `http://localhost:${port}`,
      FANWISE_DATA_DIR: folder, FANWISE_SECRET: 'a secret for tests only', FANWISE_LEASE: '3s', LOG_LEVEL: 'warn', ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`Fanwise ended at start with code ${code}.`)))
    child.stdout!.on('data', (data: Buffer) => {
      if (data.toString().includes('Fanwise is ready')) resolve()
    })
  })
  return child
}
