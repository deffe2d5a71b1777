/**
 * What the engine runs: plain JSON made by compile(), stored immutably by publish.
 * `hash` covers everything that changes behaviour and nothing that does not
 * (positions, notes, node ids), so an untouched function keeps its version.
 */
import type { JsonObject } from '#base/json.ts'
import type { StepKind } from '#steps/kind.ts'

export type Trigger =
  | { type: 'event'; /** Exact name, or a pattern ending in `/*` or `.*`. */ event: string; /** CEL over `event`. */ if?: string }
  | { type: 'schedule'; /** Stable id of the schedule node. */ id: string; cron: string; timezone: string }

export interface ConcurrencyLimit {
  /** Runs executing at once, ≥ 1. */
  limit: number
  /** CEL over `event`; absent = one lane for the whole function. */
  key?: string
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
  /** In topological order; the first has no parents. */
  steps: StepDefinition[]
  hash: string
}

export const defaultBackoff: Backoff = { baseMs: 10_000, factor: 2, maxMs: 3_600_000, jitter: 0.2 }
