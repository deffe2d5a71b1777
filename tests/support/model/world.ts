/** Two engines on one database, and a service that answers by the request alone and keeps book. */
import type { Engine, EngineServices } from '#engine/api.ts'
import { createTestDatabase } from '#tests/support/database.ts'
import { startTestEngine } from '#tests/support/engine.ts'

export interface World {
  engines: [Engine, Engine]
  /** Failed runs that are to succeed from now on. */
  mended: Set<string>
  /** What must not happen while nobody dies, in words; unless that run was cancelled, whose step may still be at its end. */
  breaches: { what: string; unless?: string }[]
  /** Public ids of runs that were cancelled. */
  cancelled: Set<string>
  /** performance.now() of each lease that was made to pass. */
  expired: number[]
  /** The longest this process has stood still, in milliseconds: long enough, and its leases pass though nobody died. */
  stoodStillMs(): number
  url: string
  stop(): Promise<void>
}

const json = (status: number) => ({ status, headers: { 'content-type': 'application/json' }, body: '{"ok":true}' })

export async function startWorld(): Promise<World> {
  const database = await createTestDatabase()
  const mended = new Set<string>()
  const breaches: World['breaches'] = []
  const open = new Map<string, string>()
  const seen = new Set<string>()

  const request: EngineServices['request'] = async (ws, { url }, { idempotencyKey }) => {
    const asked = new URL(url)
    const run = idempotencyKey.slice(0, idempotencyKey.lastIndexOf('.'))
    const once = `${idempotencyKey} ${asked.searchParams.get('attempt') ?? 1} ${mended.has(run)}`
    if (seen.has(once)) breaches.push({ what: `${url} of ${run} was called twice for one attempt.` })
    seen.add(once)
    if (asked.pathname === '/flaky') return json(!mended.has(run) && Number(asked.searchParams.get('attempt')) <= Number(asked.searchParams.get('fails')) ? 503 : 200)
    if (asked.pathname === '/fork') return json(asked.searchParams.get('no') === '1' ? 404 : 200)
    if (asked.pathname !== '/alone') return json(200)
    const place = `${ws} ${asked.search}`
    const other = open.get(place)
    if (other !== undefined && other !== run) breaches.push({ what: `${run} and ${other} were under way at once for ${asked.search}.`, ...(asked.searchParams.has('single') ? { unless: other } : {}) })
    open.set(place, run)
    await new Promise((resolve) => setTimeout(resolve, 4))
    if (open.get(place) === run) open.delete(place)
    return json(200)
  }
  const stoodStill = watchStandingStill()
  const started = [await startTestEngine({ database, services: { request } }), await startTestEngine({ database, services: { request } })] as const
  return {
    engines: [started[0].engine, started[1].engine], mended, breaches, cancelled: new Set(), expired: [], stoodStillMs: stoodStill.longestMs, url: database.url,
    async stop() {
      stoodStill.end()
      for (const one of started) await one.stop()
      await database.drop()
    },
  }
}

const lookEveryMs = 250

function watchStandingStill(): { longestMs(): number; end(): void } {
  let [last, longest] = [performance.now(), 0]
  const timer = setInterval(() => {
    const now = performance.now()
    longest = Math.max(longest, now - last - lookEveryMs)
    last = now
  }, lookEveryMs)
  return { longestMs: () => longest, end: () => clearInterval(timer) }
}
