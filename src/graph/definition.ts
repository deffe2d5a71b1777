/**
 * What the engine runs: plain JSON made by compile(), stored immutably by publish.
 * `hash` covers everything that changes behaviour and nothing that does not
 * (positions, notes, node ids), so an untouched function keeps its version.
 */
import type { Json, JsonObject } from '#base/json.ts'
import type { StepKind } from '#steps/kind.ts'

export type Trigger =
  | { type: 'event'; /** Exact name, or a pattern ending in `/*` or `.*`. */ event: string; /** CEL over `event`. */ if?: string }
  | { type: 'schedule'; /** Stable id of the schedule node. */ id: string; cron: string; timezone: string; /** Absent = last. */ missed?: 'skip' | 'last' | 'all' }

export interface ConcurrencyLimit {
  /** Runs executing at once, ≥ 1. */
  limit: number
  /** CEL over `event`; absent = one lane for the whole function. */
  key?: string
  /** Shared with every function of the workspace that has the same key text and this scope; absent = its own. */
  scope?: 'workspace'
}

/** Decides when, and whether, a run starts. Keys and conditions are CEL over `event`; absent key = one for the function. */
export interface FlowControl {
  /** At most `limit` starts per period, `burst` more at once; later ones wait their turn. */
  throttle?: { limit: number; periodMs: number; burst: number; key?: string }
  /** At most `limit` runs per period; events beyond start none (the run is recorded as skipped). */
  rateLimit?: { limit: number; periodMs: number; key?: string }
  /** One run, for the last event, once `periodMs` passed without another; `timeoutMs` after the first at the latest. */
  debounce?: { periodMs: number; timeoutMs?: number; key?: string }
  /** One run for up to `size` events, at the latest `timeoutMs` after the first. Events that fail `if` run alone at once. */
  batch?: { size: number; timeoutMs: number; key?: string; if?: string }
  /** CEL: seconds of head start in its lane, −600 to 600. */
  priority?: string
  /** One run at a time: while one is open, a new one is skipped, or cancels it. */
  singleton?: { mode: 'skip' | 'cancel'; key?: string }
  /** CEL: one run per value in 24 hours; others are skipped. */
  idempotency?: string
  /** An event that ends open runs of this function. `if` sees `event` (which began the run) and `async`. */
  cancelOn?: { event: string; match?: string; if?: string; timeoutMs?: number }[]
  /** Cancels runs that wait longer to start, or take longer to finish once started. */
  timeouts?: { startMs?: number; finishMs?: number }
  /** Called with the failure when a run fails. */
  onFailure?: string
}

export interface Backoff {
  /** Delay before retry n (from 1): min(maxMs, baseMs * factor^(n-1)), spread by ± jitter share. */
  baseMs: number
  factor: number
  maxMs: number
  jitter: number
}

export interface StepDefinition {
  /** Key in expressions (`steps.<id>`) and of its checkpoint; unique in the function. */
  id: string
  nodeId: string
  name: string
  kind: StepKind
  config: JsonObject
  /** Incoming edges. Ready when every parent has ended or been skipped and one edge is live. */
  after: { step: string; port: string }[]
  /** Overrides the function's. */
  retries?: number
  backoff?: Backoff
  /** When it has failed for good; absent = the run fails. `branch` leaves by the port `error`. */
  onError?: 'continue' | 'branch'
  /** Once for each item, `concurrency` at a time; `item` and `index` are in scope. */
  each?: { items: string; concurrency: number; onError?: 'continue' }
  /** Only in tests of a drawing: it is not run, it answers this at once. Nobody's real output. */
  given?: Given
}

export interface Given {
  output: Json
  /** The way out it leaves by. */
  port: string
  /** Where the output comes from: pinned in the drawing, a call that was not made, an earlier run, made up. */
  as: 'pinned' | 'stubbed' | 'earlier' | 'example'
}

/** What a test runs, when that is not just the draft as it is (docs/decisions/011). */
export interface Trial {
  /** Of the draft. */
  revision: number
  /** In words, behind "draft r12": "only Create contact", "from Create contact", "outside calls stubbed". */
  part: string
  /** Whom its events start: the draft's functions and the published ones of other workflows, only the former, nobody. */
  reach: 'all' | 'draft' | 'nobody'
}

export interface FunctionDefinition {
  slug: string
  name: string
  nodeId: string
  triggers: Trigger[]
  /** Tries after the first, per step: 0–20. */
  retries: number
  backoff: Backoff
  concurrency?: ConcurrencyLimit
  /** A second limit: a run starts when both have room. */
  concurrency2?: ConcurrencyLimit
  /** Absent = runs start as soon as there is room: the hot path. */
  flow?: FlowControl
  /** In topological order; the first has no parents. */
  steps: StepDefinition[]
  /** Never in a published version. */
  trial?: Trial
  hash: string
}

/** Sent once by every fan-out, when its last run has ended. */
export const settledEvent = 'fanwise/fan-out.settled'

export const defaultBackoff: Backoff = { baseMs: 10_000, factor: 2, maxMs: 3_600_000, jitter: 0.2 }
