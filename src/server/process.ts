/**
 * Puts one process together: settings, database, migrations, services, engine.
 * The front door and the pages come on top (main.ts); tests and benches use it alone.
 */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'
import { pino } from 'pino'
import type { Engine } from '#engine/api.ts'
import { createEngine } from '#engine/engine.ts'
import { startAlerts } from '#server/alerts/alert-duty.ts'
import { setAlerts } from '#server/alerts/context.ts'
import { startTellingMentions } from '#server/comments/tell-mentions.ts'
import { setConnections } from '#server/connections/context.ts'
import { renewKeys } from '#server/connections/vault.ts'
import { closeDb } from '#server/db.ts'
import { DataFolderError, startEmbeddedPostgres, type EmbeddedPostgres } from '#server/embedded-postgres.ts'
import { setEngine } from '#server/engine.ts'
import { readEnv, type Env } from '#server/env.ts'
import { startAsking } from '#server/fan-outs/ask-duty.ts'
import { migrate } from '#server/migrate.ts'
import { createServices } from '#server/services.ts'

/** Why the process cannot start, for people, with the exit code of main.ts. */
export class StartError extends Error {
  constructor(message: string, readonly fix: string, readonly exitCode: number) {
    super(message)
  }
}

export interface RunningProcess {
  env: Env
  engine: Engine
  url: string
  stop(): Promise<void>
}

/** Reads the environment; a StartError lists every bad variable. */
export function readSettings(): Env {
  try {
    return readEnv()
  } catch (error) {
    throw new StartError(String((error as Error).message), 'Correct them, then start again.', 13)
  }
}

export async function startProcess(env: Env, progress: (line: string) => void): Promise<RunningProcess> {
  const log = pino({ level: env.LOG_LEVEL, base: { host: hostname() } })
  const postgres = await openDatabase(env, progress)
  try {
    const connectionString = postgres?.connectionString ?? env.DATABASE_URL!
    process.env.DATABASE_URL = connectionString
    prepareLogin(env)
    const applied = await migrate(connectionString)
    if (applied.length > 0) progress(`Migrated the database: ${applied.join(', ')}`)
    const services = createServices(env, publicUrl(env))
    const engine = createEngine({
      connectionString,
      role: env.FANWISE_ROLE,
      services: services.engine,
      leaseMs: env.FANWISE_LEASE,
      concurrency: env.FANWISE_WORKER_CONCURRENCY,
      log: (level, message, facts) => log[level](facts ?? {}, message),
    })
    services.attach(engine)
    setEngine(engine)
    setConnections(services.connections)
    const renewed = await renewKeys(engine.pool, services.connections.cipher)
    if (renewed > 0) progress(`Encrypted ${renewed} ${renewed === 1 ? 'secret' : 'secrets'} with the new FANWISE_SECRET`)
    await engine.start()
    const alerting = { pool: engine.pool, sendMail: services.sendMail, publicUrl: publicUrl(env) }
    setAlerts(alerting)
    const alerts = env.FANWISE_ROLE === 'web' ? null : startAlerts(engine, alerting, (message, facts) => log.warn(facts, message))
    const asking = env.FANWISE_ROLE === 'web' ? null : startAsking(engine, alerting, (message, facts) => log.warn(facts, message))
    const mentions = env.FANWISE_ROLE === 'web' ? null : startTellingMentions(alerting, (message, facts) => log.warn(facts, message))
    return {
      env,
      engine,
      url: publicUrl(env),
      async stop() {
        await alerts?.stop()
        await mentions?.stop()
        await asking?.stop()
        setAlerts(undefined)
        await engine.stop()
        setEngine(undefined)
        setConnections(undefined)
        await services.close()
        await closeDb()
        await postgres?.stop()
      },
    }
  } catch (error) {
    await postgres?.stop()
    if (error instanceof StartError) throw error
    throw new StartError(`The database cannot be used: ${(error as Error).message}`, 'Check DATABASE_URL and that the server answers, then start again.', 14)
  }
}

export function publicUrl(env: Env): string {
  return env.FANWISE_URL ?? `http://${env.HOST === '0.0.0.0' ? 'localhost' : env.HOST === '127.0.0.1' ? 'localhost' : env.HOST}:${env.PORT}`
}

async function openDatabase(env: Env, progress: (line: string) => void): Promise<EmbeddedPostgres | null> {
  if (env.DATABASE_URL !== undefined) return null
  try {
    return await startEmbeddedPostgres(env.dataDir, progress)
  } catch (error) {
    if (!(error instanceof DataFolderError)) throw error
    throw new StartError(error.message, error.fix, { 'in-use': 11, disk: 12, broken: 14 }[error.reason])
  }
}

/** next-auth reads these two itself. The secret is made once and kept beside the data. */
function prepareLogin(env: Env): void {
  process.env.NEXTAUTH_URL ??= publicUrl(env)
  if (process.env.NEXTAUTH_SECRET) return
  if (env.FANWISE_SECRET !== undefined) {
    process.env.NEXTAUTH_SECRET = env.FANWISE_SECRET
    return
  }
  mkdirSync(env.dataDir, { recursive: true })
  const file = path.join(env.dataDir, 'secret')
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('base64url'), { mode: 0o600 })
  process.env.NEXTAUTH_SECRET = readFileSync(file, 'utf8').trim()
}
