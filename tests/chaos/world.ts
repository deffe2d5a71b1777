/**
 * A world to break: a Postgres of its own behind a proxy, the front door in this process, workers as
 * real processes, a service they call. The checker's connection goes round the proxy.
 */
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { newUuid } from '#base/ids.ts'
import { createFrontDoor } from '#door/front-door.ts'
import type { Engine } from '#engine/api.ts'
import { createEngine } from '#engine/engine.ts'
import { closeDb } from '#server/db.ts'
import { startEmbeddedPostgres } from '#server/embedded-postgres.ts'
import { setEngine } from '#server/engine.ts'
import { migrate } from '#server/migrate.ts'
import { startProxy, type Proxy } from '#tests/chaos/proxy.ts'
import { startService, type Service } from '#tests/chaos/service.ts'
import { createWorkspace } from '#tests/support/factories.ts'
import { until } from '#tests/support/until.ts'
import { startWorkerProcess, type WorkerProcess } from '#tests/support/worker-process.ts'

export interface World {
  workspace: string
  engine: Engine
  service: Service
  proxy: Proxy
  /** POSTs here are events of the workspace. */
  doorUrl: string
  workers: WorkerProcess[]
  startWorker(env?: Record<string, string>): Promise<WorkerProcess>
  /** Kills the worker at the place and starts another one there. */
  replaceWorker(index: number): Promise<void>
  query<R extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<R[]>
  /** First column of the first row as a number; the workspace is $1. */
  count(sql: string): Promise<number>
  /** `fast`: transactions end now; `immediate`: no checkpoint; `kill`: SIGKILL of the server. */
  stopPostgres(how: 'fast' | 'immediate' | 'kill'): Promise<void>
  startPostgres(): Promise<void>
  /** A connection of its own to Postgres, past the proxy. */
  connect(): Promise<pg.Client>
  end(): Promise<void>
}

let worlds = 0
const signals = { fast: 'SIGINT', immediate: 'SIGQUIT', kill: 'SIGKILL' } as const

export async function createWorld(options: { workers?: number; failShare?: number; takesMs?: number } = {}): Promise<World> {
  const folder = mkdtempSync(path.join(tmpdir(), 'fanwise-test-chaos-'))
  let postgres = await startEmbeddedPostgres(folder)
  await migrate(postgres.connectionString)
  const proxy = await startProxy(Number(new URL(postgres.connectionString).port))
  const behindProxy = new URL(postgres.connectionString)
  behindProxy.port = String(proxy.port)
  const url = behindProxy.toString()
  const service = await startService(options.failShare ?? 0, options.takesMs ?? 2)
  const direct = () => {
    const pool = new pg.Pool({ connectionString: postgres.connectionString, max: 4 })
    pool.on('error', () => {})
    return pool
  }
  let pool = direct()
  const workspace = await createWorkspace(pool)
  // Whose a key is, is remembered for a while: each world has one of its own.
  const eventKey = `fw_event_live_chaos_${++worlds}`
  await pool.query(`insert into api_key (workspace_id, id, kind, name, hash, last4) values ($1, $2, 'event', 'k', $3, 'aos')`, [workspace, newUuid(), createHash('sha256').update(eventKey).digest()])
  process.env.DATABASE_URL = url
  const engine = await startWebEngine(url)
  const door = await startDoor()
  const workers: WorkerProcess[] = []
  const query = async <R extends pg.QueryResultRow>(sql: string, values: unknown[] = []) => (await pool.query<R>(sql, values)).rows
  const startWorker = async (env: Record<string, string> = {}) => {
    const worker = await startWorkerProcess(url, { FANWISE_EGRESS_ALLOW: service.host, FANWISE_LEASE: '3s', LOG_LEVEL: 'silent', ...env })
    workers.push(worker)
    return worker
  }
  await Promise.all(Array.from({ length: options.workers ?? 0 }, () => startWorker()))
  return {
    workspace, engine, service, proxy, workers, query, startWorker,
    doorUrl: `http://127.0.0.1:${(door.address() as AddressInfo).port}/e/${eventKey}`,
    async replaceWorker(index) {
      await workers[index]!.kill()
      workers.splice(index, 1)
      await startWorker()
    },
    count: async (sql) => Number(Object.values((await query<Record<string, unknown>>(sql, sql.includes('$1') ? [workspace] : []))[0]!)[0]),
    async stopPostgres(how) {
      await pool.end()
      const pid = Number(readFileSync(path.join(folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0])
      process.kill(pid, signals[how])
      await until(async () => !alive(pid), 'Postgres has ended')
    },
    async startPostgres() {
      postgres = await startEmbeddedPostgres(folder)
      proxy.target = Number(new URL(postgres.connectionString).port)
      pool = direct()
    },
    async connect() {
      const client = new pg.Client({ connectionString: postgres.connectionString })
      client.on('error', () => {})
      await client.connect()
      return client
    },
    async end() {
      service.release()
      await Promise.all(workers.map((worker) => worker.kill()))
      await new Promise<void>((resolve) => {
        door.close(() => resolve())
        door.closeAllConnections()
      })
      setEngine(undefined)
      await closeDb()
      await engine.stop()
      await pool.end()
      await service.close()
      await proxy.close()
      await postgres.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Stores events and runs duties, executes nothing. */
async function startWebEngine(connectionString: string): Promise<Engine> {
  const never = () => Promise.reject(new Error('This process executes no steps.'))
  const engine = createEngine({
    connectionString, role: 'web', leaseMs: 3000, concurrency: 1, log: () => {},
    services: { request: never, sendMail: never, runCode: never, evaluate: never, evaluateEach: never, environment: () => ({}) },
  })
  await engine.start()
  setEngine(engine)
  return engine
}

async function startDoor(): Promise<Server> {
  const door = createFrontDoor()
  door.openEngine()
  const server = createServer(door.handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // A zombie has ended too.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
