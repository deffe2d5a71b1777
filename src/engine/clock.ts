/**
 * The wall clock of the engine is the database's. Durations are measured on this process's monotonic clock,
 * which never jumps; only what names a moment (`sleep until`, an event's own `ts`) has to know what time it
 * is, and two workers whose clocks are minutes apart must agree on it.
 */
import type pg from 'pg'

/** Database minus this process, in milliseconds. One process has one database. */
let aheadMs = 0

const everyMs = 30_000
/** The answer lies somewhere within the round trip, so one that took longer than this says too little. */
const roundTripMostMs = 200
/** The quickest of so many counts; a good one ends it. */
const attemptsMost = 3

const processNow = () => performance.timeOrigin + performance.now()

/** Milliseconds since 1970 on the database's clock, whole; the process's own until the first answer has come. */
export const databaseNow = () => Math.round(processNow() + aheadMs)

/** Reads the database's clock once; a slow answer is only taken when there is none better. */
async function readClock(pool: pg.Pool): Promise<void> {
  let best: { tookMs: number; aheadMs: number } | null = null
  for (let attempt = 0; attempt < attemptsMost && (best === null || best.tookMs > 5); attempt++) {
    const from = performance.now()
    const { rows } = await pool.query<{ now: number }>({ name: 'clock-read', text: 'select extract(epoch from clock_timestamp())::float8 * 1000 as now' })
    const tookMs = performance.now() - from
    if (best === null || tookMs < best.tookMs) best = { tookMs, aheadMs: rows[0]!.now - (processNow() - tookMs / 2) }
  }
  if (best !== null && (best.tookMs <= roundTripMostMs || Math.abs(best.aheadMs - aheadMs) > best.tookMs)) aheadMs = best.aheadMs
}

/** Reads the clock now and then; ends with the function it returns. */
export async function keepClock(pool: pg.Pool): Promise<() => void> {
  await readClock(pool)
  // Without an answer the last difference goes on being used: clocks drift by milliseconds a minute.
  const timer = setInterval(() => void readClock(pool).catch(() => {}), everyMs)
  timer.unref()
  return () => clearInterval(timer)
}
