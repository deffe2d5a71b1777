/** The only reader of process.env. Everything is validated and typed before anything starts. */
import path from 'node:path'
import { z } from 'zod'
import { parseDuration } from '#base/duration.ts'

const optional = z.string().trim().min(1).optional()
const duration = (fallback: string) =>
  z.string().default(fallback).transform((text, context) => {
    const ms = parseDuration(text)
    if (ms === null) {
      context.addIssue({ code: 'custom', message: `"${text}" is not a duration such as 15s or 5m.` })
      return z.NEVER
    }
    return ms
  })

const schema = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test']).default('production'),
  DATABASE_URL: optional,
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65535).default(3000),
  FANWISE_ROLE: z.enum(['all', 'web', 'worker']).default('all'),
  /** Public address of this installation, used in links and webhook URLs. */
  FANWISE_URL: z.url().optional(),
  FANWISE_DATA_DIR: z.string().default('.fanwise/data'),
  FANWISE_SECRET: optional,
  /** Secrets that were in use before: what they encrypted stays readable. */
  FANWISE_SECRET_BEFORE: z.string().default('').transform((text) => text.split(',').map((part) => part.trim()).filter(Boolean)),
  FANWISE_LEASE: duration('15s'),
  FANWISE_WORKER_CONCURRENCY: z.coerce.number().int().min(1).max(10_000).default(500),
  FANWISE_SANDBOX_THREADS: z.coerce.number().int().min(1).max(64).default(2),
  /** CIDR ranges or host:port inside the network that steps may call. */
  FANWISE_EGRESS_ALLOW: z.string().default('').transform((text) => text.split(',').map((part) => part.trim()).filter(Boolean)),
  FANWISE_SMTP_URL: optional,
  FANWISE_MAIL_FROM: z.string().default('Fanwise <fanwise@localhost>'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
})

export type Env = z.infer<typeof schema> & { dataDir: string }

/** Reads and checks the environment; throws an Error whose text lists every bad variable. */
export function readEnv(source: NodeJS.ProcessEnv = process.env): Env {
  const cleaned = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''))
  const parsed = schema.safeParse(cleaned)
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`)
    throw new Error(`The settings are not usable:\n${lines.join('\n')}\n.env.example explains each of them.`)
  }
  return { ...parsed.data, dataDir: path.resolve(parsed.data.FANWISE_DATA_DIR) }
}

let cached: Env | undefined

/** The process's settings, read once. */
export function env(): Env {
  cached ??= readEnv()
  return cached
}
