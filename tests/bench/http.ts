/**
 * POST /e/:key with four subscribed functions (event, four runs and four jobs stored before the answer)
 * beside an empty Next route handler in `next start`, 32 connections, in turns.
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startEmbeddedPostgres } from '#server/embedded-postgres.ts'
import { fn, transform } from '#tests/support/factories.ts'
import { freePort } from '#server/free-port.ts'
import { load } from './load.ts'
import { startProduct } from './product.ts'
import { median } from './session.ts'

const seconds = Number(process.argv[2] ?? 6)
const rounds = Number(process.argv[3] ?? 3)
const connections = 32
const goal = 2.5
const folder = mkdtempSync(path.join(tmpdir(), 'fanwise-bench-'))
const body = JSON.stringify({ name: 'user/account.created', data: { userId: 'u_1', email: 'ada@north.io', name: 'Ada Brandt', plan: 'free' } })

const empty = await startEmptyNext()
const postgres = await startEmbeddedPostgres(path.join(folder, 'data'))
const four = ['send-welcome-email', 'create-billing-trial', 'add-to-crm', 'notify-slack'].map((slug) => fn(slug, 'user/account.created', [transform('note', { email: '{{ event.data.email }}' })]))
const product = await startProduct(postgres.connectionString, 'bench_http', four)
const ratios: number[] = []
try {
  for (let round = 1; round <= rounds; round++) {
    const next = await load({ url: `${empty.url}/empty`, body, connections, seconds })
    const ours = await load({ url: `${product.url}/e/${product.eventKey}`, body, connections, seconds })
    await idle()
    ratios.push(ours.perSecond / next.perSecond)
    console.log(`round ${round}: empty Next route ${next.perSecond}/s (p99 ${next.p99} ms), POST /e/:key ${ours.perSecond}/s (p99 ${ours.p99} ms, ${product.rssMb()} MB), ratio ${ratios.at(-1)!.toFixed(2)}`)
  }
} finally {
  await product.stop()
  await postgres.stop()
  await empty.stop()
  rmSync(folder, { recursive: true, force: true })
}
const result = median(ratios)
console.log(`\nPOST /e/:key with four functions / empty Next route: median ${result.toFixed(2)} (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}), goal ${goal}`)
process.exit(result >= goal ? 0 : 1)

/** Each round starts with an empty queue. */
async function idle(): Promise<void> {
  for (;;) {
    const { rows } = await product.pool.query<{ n: number }>('select count(*)::int n from job')
    if (rows[0]!.n === 0) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function startEmptyNext(): Promise<{ url: string; stop(): Promise<void> }> {
  const app = path.join(folder, 'empty')
  mkdirSync(path.join(app, 'app/empty'), { recursive: true })
  symlinkSync(path.resolve('node_modules'), path.join(app, 'node_modules'))
  writeFileSync(path.join(app, 'package.json'), '{"private":true,"type":"module"}')
  writeFileSync(path.join(app, 'app/layout.js'), 'export default function Layout({ children }) { return <html><body>{children}</body></html> }')
  writeFileSync(path.join(app, 'app/page.js'), 'export default function Page() { return null }')
  writeFileSync(path.join(app, 'app/empty/route.js'), 'export async function POST() { return new Response() }')
  writeFileSync(path.join(app, 'next.config.mjs'), `export default { turbopack: { root: ${JSON.stringify(path.resolve('/'))} } }`)
  const next = path.resolve('node_modules/next/dist/bin/next')
  const env = { ...process.env, NODE_ENV: 'production' as const, NEXT_TELEMETRY_DISABLED: '1' }
  const built = spawnSync(process.execPath, [next, 'build', '--webpack'], { cwd: app, env, encoding: 'utf8' })
  if (built.status !== 0) throw new Error(`The empty Next app did not build:\n${built.stdout}\n${built.stderr}`)
  const port = await freePort()
  const child = spawn(process.execPath, [next, 'start', '-p', String(port)], { cwd: app, env, stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise<void>((resolve) => child.stdout!.on('data', (data: Buffer) => /Ready/.test(data.toString()) && resolve()))
  return { url: `http://127.0.0.1:${port}`, stop: () => new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill('SIGTERM')
  }) }
}
