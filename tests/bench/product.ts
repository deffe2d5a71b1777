/** The whole product as one process under load, or pages and worker as one each, with a workspace of its own. */
import { createHash } from 'node:crypto'
import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import pg from 'pg'
import { newUuid } from '#base/ids.ts'
import { freePort } from '#server/free-port.ts'
import type { FunctionDefinition } from '#graph/definition.ts'
import { createWorkspace, publish } from '#tests/support/factories.ts'

export interface Product {
  url: string
  pool: pg.Pool
  workspace: string
  eventKey: string
  /** Resident memory of the process that runs the worker. */
  rssMb(): number
  stop(): Promise<void>
}

/** @param apart the worker is a process of its own, and may call this host */
export async function startProduct(adminUrl: string, name: string, definitions: FunctionDefinition[], apart?: { egress: string }): Promise<Product> {
  const admin = new pg.Client({ connectionString: adminUrl })
  await admin.connect()
  await admin.query(`drop database if exists ${name} with (force)`)
  await admin.query(`create database ${name}`)
  await admin.end()
  const databaseUrl = adminUrl.replace(/\/postgres$/, `/${name}`)
  const port = await freePort()
  const settings = { PORT: String(port), DATABASE_URL: databaseUrl }
  const web = await startProcess({ ...settings, FANWISE_ROLE: apart === undefined ? 'all' : 'web' }, 'Fanwise is ready')
  const worker = apart === undefined ? web : await startProcess({ ...settings, FANWISE_ROLE: 'worker', FANWISE_EGRESS_ALLOW: apart.egress }, 'worker is running')
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 3 })
  const workspace = await createWorkspace(pool)
  await publish(pool, workspace, definitions)
  const eventKey = 'fw_event_live_bench'
  await pool.query(`insert into api_key (workspace_id, id, kind, name, hash, last4) values ($1, $2, 'event', 'bench', $3, 'ench')`, [workspace, newUuid(), createHash('sha256').update(eventKey).digest()])
  return {
    url: `http://127.0.0.1:${port}`, pool, workspace, eventKey,
    rssMb: () => Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${worker.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024),
    async stop() {
      await pool.end()
      for (const child of new Set([worker, web])) {
        await new Promise<void>((resolve) => {
          child.once('exit', () => resolve())
          child.kill('SIGTERM')
        })
      }
    },
  }
}

async function startProcess(settings: Record<string, string>, readyText: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['.fanwise/build/main.mjs'], {
    env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', FANWISE_SECRET: 'bench', FANWISE_DATA_DIR: '.fanwise/bench/data', LOG_LEVEL: 'warn', ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`The product ended at start with code ${code}.`)))
    child.stdout.on('data', (data: Buffer) => data.toString().includes(readyText) && resolve())
  })
  return child
}
