/** Why a run that has not ended does not execute, and what it waits for, in one sentence. */
import type pg from 'pg'
import { formatDuration } from '#base/duration.ts'
import { FanwiseError } from '#base/errors.ts'
import { publicId } from '#base/ids.ts'
import { fanOutId } from '#engine/derived-ids.ts'
import { confirmSentence } from '#engine/fan-out/row.ts'
import { uuids } from '#engine/sql/arrays.ts'
import { throttlesPublished } from '#engine/sql/hold.ts'
import { whyDetail, whyLine, whyRun, whyTaken } from '#engine/sql/why.ts'
import type { FlowControl } from '#graph/definition.ts'

export interface Why {
  /** queued | start-at | collecting | throttle | limit | retry | sleep | event | signal | approval | invoke | gather | canary | confirm | paused | parked | running | no-worker | ended */
  kind: string
  sentence: string
  /** When it goes on by itself, or gives up waiting. ISO. */
  until: string | null
  facts: Record<string, unknown>
}

type Throttle = Pick<NonNullable<FlowControl['throttle']>, 'limit' | 'periodMs'>

interface Row {
  status: number
  version: number
  started_ms: number | null
  slug: string
  function_id: string
  state: string | null
  due_ms: number | null
  why: { kind?: string; [fact: string]: unknown } | null
  lane_id: string | null
  hold_id: string | null
  progress: boolean | null
  cap: number | null
  granted: number | null
  key_text: string | null
  workers: number
  flow: { debounce?: unknown; batch?: { size: number }; throttle?: Throttle } | null
  now_ms: number
}

const countMost = 10_000

/** @throws not_found */
export async function explainWait(pool: pg.Pool, workspaceId: string, runId: string): Promise<Why> {
  const { rows } = await pool.query<Row>({ ...whyRun, values: [workspaceId, runId] })
  const row = rows[0]
  if (row === undefined) throw new FanwiseError('not_found', `There is no run ${publicId('run', runId)} in this workspace.`, { fix: 'Check the id; runs are kept for the time set in Settings.' })
  const due = row.due_ms === null ? null : Number(row.due_ms)
  const make = (kind: string, sentence: string, facts: Record<string, unknown> = {}): Why => ({ kind, sentence, until: due === null ? null : new Date(due).toISOString(), facts })
  if (row.status !== 0) return make('ended', 'It has ended.')
  const ask = { pool, workspaceId, runId, row, due, make }
  // A worker takes more of a lane than it has slots for: the first of them execute, the others still stand in line.
  if (row.state === 'r' && row.started_ms === null && row.cap !== null && (await beforeSlots(ask)) >= 0) return queued(ask)
  if (row.state === null || row.state === 'r') return make('running', 'It is executing.')
  if (row.state === 'q') return queued(ask)
  if (row.state === 'h') return held(ask)
  if (row.state === 't' && row.progress !== true) return notBegun(ask)
  return resting(ask)
}

interface Asking {
  pool: pg.Pool
  workspaceId: string
  runId: string
  row: Row
  due: number | null
  make(kind: string, sentence: string, facts?: Record<string, unknown>): Why
}

/** Runs that workers have taken and that come before it, less those that execute; negative = it executes itself. */
async function beforeSlots({ pool, workspaceId, runId, row }: Asking): Promise<number> {
  const { rows } = await pool.query<{ ahead: number }>({ ...whyTaken, values: [workspaceId, runId, row.lane_id, countMost] })
  return rows[0]!.ahead - (row.granted ?? 0)
}

async function queued(ask: Asking): Promise<Why> {
  const { pool, workspaceId, runId, row, make } = ask
  if (row.workers === 0) return make('no-worker', 'No worker is running. It starts when one does.')
  const { rows } = await pool.query<{ ahead: number }>({ ...whyLine, values: [workspaceId, runId, row.lane_id, countMost] })
  const ahead = Math.min(countMost, rows[0]!.ahead + (row.cap === null ? 0 : Math.max(0, await beforeSlots(ask))))
  const place = placeOf(ahead)
  if (row.cap === null) return make('queued', ahead === 0 ? 'Next in line: it starts as soon as a worker is free.' : `${capital(place)} for a free worker.`, { ahead })
  const key = row.key_text === null ? '' : `, key ${row.key_text}`
  return make('queued', `${capital(place)} for concurrency ${row.cap} of ${row.slug}${key}.`, { ahead, limit: row.cap, executing: row.granted, key: row.key_text })
}

async function held({ pool, workspaceId, runId, row, due, make }: Asking): Promise<Why> {
  const { rows } = await pool.query<{ kind: string; target: string; reason: string | null; since_ms: number; by_name: string | null; auto: boolean; ramp: number | null; ahead: number }>({ ...whyDetail.hold, values: [workspaceId, row.hold_id, countMost] })
  const hold = rows[0]
  const { why } = row
  if (hold !== undefined) {
    const since = clock(Number(hold.since_ms))
    const reason = hold.reason === null ? '' : `: ${bare(hold.reason)}`
    const facts = { target: hold.target, since: new Date(Number(hold.since_ms)).toISOString(), reason: hold.reason, auto: hold.auto }
    const by = hold.by_name === null ? '' : ` by ${hold.by_name}`
    if (hold.kind === 'function') return make('paused', `${hold.target} is paused${by} since ${since}${reason}.`, facts)
    // Without a reason of its own it says who paused it, which reads better in front.
    const pauser = hold.kind === 'fan-out' ? /^Paused by (.+?)\.?$/.exec(hold.reason ?? '')?.[1] : undefined
    if (hold.kind === 'fan-out') return make('paused', pauser === undefined ? `Its fan-out ${hold.auto ? 'has stopped by itself at' : 'is paused since'} ${since}${reason}.` : `Its fan-out is paused by ${pauser} since ${since}.`, facts)
    if (hold.ramp === 0) return make('parked', `${hold.target} is parked since ${since}${reason}. One run is trying it; the others follow when it succeeds.`, facts)
    if (hold.ramp !== null) return make('parked', `${hold.target} comes back: ${hold.ramp} more runs go each second.`, facts)
    return make('parked', `${hold.target} is parked${by} since ${since}${reason}. No attempt is used up.`, facts)
  }
  if (why?.kind === 'throttle') {
    const throttle = await throttleOf(pool, workspaceId, row)
    const rule = throttle === undefined ? '' : `: ${throttle.limit} ${throttle.limit === 1 ? 'start' : 'starts'} per ${formatDuration(throttle.periodMs)}`
    return make('throttle', `Throttled until ${due === null ? 'its turn comes' : clock(due)}${rule}.`, { key: why.key ?? null })
  }
  if (why?.kind === 'limit') {
    const { rows: [line] } = await pool.query<{ ahead: number; cap: number | null }>({ ...whyDetail.second, values: [workspaceId, runId, row.hold_id, countMost] })
    const [ahead, limit] = [Math.min(countMost, line!.ahead), line!.cap ?? why.limit]
    return make('limit', `${capital(placeOf(ahead))} for its second limit: ${String(limit)} at once${why.key === undefined ? '' : ` for ${String(why.key)}`}.`, { ahead, limit, key: why.key ?? null })
  }
  return make('held', 'It is held and goes on in a moment.')
}

/** The published one; of a test, and of a function that is published no more, that of the run. */
async function throttleOf(pool: pg.Pool, workspaceId: string, { version, function_id: id, flow }: Row): Promise<Throttle | undefined> {
  const { rows } = version < 0 ? { rows: [] } : await pool.query<{ throttle: Throttle | null }>({ ...throttlesPublished, values: [uuids([workspaceId]), uuids([id])] })
  return rows[0] === undefined ? flow?.throttle : rows[0].throttle ?? undefined
}

async function notBegun({ pool, workspaceId, runId, row, due, make }: Asking): Promise<Why> {
  const at = due === null ? 'later' : clock(due)
  if (row.flow?.batch !== undefined) {
    const { rows } = await pool.query<{ n: number }>({ ...whyDetail.batch, values: [workspaceId, runId] })
    if (rows[0]!.n > 0) return make('collecting', `Collecting: ${rows[0]!.n} of ${row.flow.batch.size} events. It runs at ${at} at the latest.`, { events: rows[0]!.n, size: row.flow.batch.size })
  }
  if (row.flow?.debounce !== undefined) return make('collecting', `Waiting for quiet: it runs at ${at} unless another event comes.`)
  return make('start-at', `Its event is meant for ${at}; it starts then.`)
}

async function resting({ pool, workspaceId, runId, row, due, make }: Asking): Promise<Why> {
  const why = row.why ?? {}
  const inTime = due === null ? 'soon' : `in ${formatDuration(Math.max(1000, Math.round((due - Number(row.now_ms)) / 1000) * 1000))}`
  const until = due === null ? '' : ` until ${clock(due)}`
  const step = typeof why.step === 'string' ? why.step : null
  switch (why.kind) {
    case 'retry': return make('retry', `Retry ${Number(why.attempt) - 1} of ${Number(why.attempts) - 1} of ${step ?? 'its step'} ${inTime}, after: ${bare(String(why.message))}.`, { step, attempt: why.attempt, attempts: why.attempts, message: why.message })
    case 'sleep': return make('sleep', `Sleeping${until}${step === null ? '' : ` in ${step}`}.`, { step })
    case 'event': return make('event', `Waiting${until} for the event ${String(why.event)}.`, { step, event: why.event })
    case 'signal': return make('signal', `Waiting${until} for the signal ${String(why.signal)}.`, { step, signal: why.signal })
    case 'approval': return make('approval', `Waiting${until} for a person to decide: ${String(why.title).replace(/[.\s]+$/, "")}`, { step, title: why.title })
    case 'gather': return make('gather', `Waiting${until} for the fan-out of ${String(why.of)} to settle.`, { step, of: why.of })
    case 'fan-out': if (why.state === 'confirm') return toConfirm({ pool, workspaceId, make }, runId, step)
      return ofFanOut({ pool, workspaceId, make }, runId, step)
    case 'invoke': {
      const { rows } = await pool.query<{ run: string }>({ ...whyDetail.called, values: [workspaceId, runId, step] })
      return make('invoke', `Waiting${until} for the run of ${String(why.function)} that it called.`, { step, function: why.function, run: rows[0] === undefined ? null : publicId('run', rows[0].run) })
    }
    default: return make('waiting', `Waiting${until}.`)
  }
}

/** A big fan-out before its first item: who says go, and why that person is asked. */
async function toConfirm({ pool, workspaceId, make }: Pick<Asking, 'pool' | 'workspaceId' | 'make'>, runId: string, step: string | null): Promise<Why> {
  const { rows } = await pool.query<{ total: number; above: number | null; name: string | null }>({ ...whyDetail.confirm, values: [workspaceId, fanOutId(runId, step ?? '')] })
  const { total, above, name } = rows[0] ?? { total: 0, above: null, name: null }
  return make('confirm', confirmSentence({ total, above, person: name }), { step, items: total, above, person: name })
}

/** An emitting run whose fan-out rests: its first items are being tried or have failed, or somebody has paused it. */
async function ofFanOut({ pool, workspaceId, make }: Pick<Asking, 'pool' | 'workspaceId' | 'make'>, runId: string, step: string | null): Promise<Why> {
  const { rows } = await pool.query<{ state: string; reason: string | null; total: number; items: number }>({ ...whyDetail.fanOut, values: [workspaceId, fanOutId(runId, step ?? '')] })
  const { state, reason, total, items } = rows[0] ?? { state: 'canary', reason: null, total: 0, items: 0 }
  const facts = { step, state, reason, sent: items, items: total }
  const [sent, rest] = [items.toLocaleString('en'), (total - items).toLocaleString('en')]
  if (state !== 'canary') return make('canary', `Its fan-out is ${state}${reason === null ? '' : `: ${bare(reason)}`}; somebody decides how it goes on.`, facts)
  if (reason === null) return make('canary', `The first ${sent} of ${total.toLocaleString('en')} items are being tried; the rest follows when they have succeeded.`, facts)
  return make('canary', `${bare(reason)}. The other ${rest} items wait until somebody decides.`, facts)
}

const placeOf = (ahead: number): string => (ahead >= countMost ? `more than ${countMost.toLocaleString('en')} are ahead of it` : `${ordinal(ahead + 1)} in line`)

const clock = (ms: number): string => {
  const text = new Date(ms).toISOString()
  return Math.abs(ms - (performance.timeOrigin + performance.now())) < 20 * 3_600_000 ? `${text.slice(11, 19)} UTC` : `${text.slice(0, 16).replace('T', ' ')} UTC`
}
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
const bare = (text: string) => text.replace(/[.\s]+$/, '')

function ordinal(n: number): string {
  const tens = n % 100
  const end = tens >= 11 && tens <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th')
  return `${n.toLocaleString('en')}${end}`
}

