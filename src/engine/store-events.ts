/**
 * Events planned in memory (matched, with their runs and lanes) become the column parameters of
 * the statements in sql/event-store.ts. Both ways in, ingest and emit, share this.
 */
import { databaseNow } from '#engine/clock.ts'
import type { EventSource } from '#engine/event-source.ts'
import { runIdFor } from '#engine/derived-ids.ts'
import { cancelKeysOf } from '#engine/flow/cancel-keys.ts'
import { headStartMs } from '#engine/flow/compile-flow.ts'
import { distinctLanes } from '#engine/known-lanes.ts'
import type { ClaimedJob } from '#engine/lanes.ts'
import { laneOf, matchRoutes, type MatchableEvent, type Route, type RoutingTable } from '#engine/match.ts'
import { numbers, safeText, texts, uuids } from '#engine/sql/arrays.ts'

export interface PlannedEvent {
  workspaceId: string
  id: string
  name: string
  data: unknown
  /** The data as JSON text, made once. */
  dataText: string
  ts: number
  /** Given by the sender: its runs start no earlier. */
  startsAt?: number
  v?: string
  clientId?: string
  source: EventSource
  sourceRef?: string
  emitRunId?: string
  /** Sent to test a draft, or by a run that does. */
  ofTest?: boolean
  /** It has an id of its own choosing and may be stored already. */
  mayRepeat?: boolean
}

export interface PlannedRun {
  workspaceId: string
  runId: string
  route: Route
  version: number
  eventId: string
  laneId: string
  keyText: string | null
  /** Of the lane. */
  ownerId: string
  /** Subject to rate limit, idempotency, singleton, debounce and batch: not when somebody starts it by hand. */
  rules: boolean
  parentRunId: string | null
  parentStep: string | null
  retryOf: string | null
  /** What the events that may end it find it by; empty for most. */
  cancelKeys: readonly string[]
  /** What flow control says; absent on the hot path. */
  start?: StartRule
}

export interface StartRule {
  /** Not before this many ms from now; null = at once. */
  startsInMs: number | null
  /** Places it this many ms further ahead in its lane. */
  headStartMs: number
  /** Cancelled unless it has started by then, ms from now. */
  deadlineMs: number | null
  /** It never begins; recorded with this reason (JSON text of an ErrorShape). */
  skip: string | null
}

export interface Plan {
  events: PlannedEvent[]
  runs: PlannedRun[]
}


export const emptyPlan = (): Plan => ({ events: [], runs: [] })

/** Adds an event and the runs it starts; `only` names the targets of an invoke, a schedule or a test. */
export function planEvent(plan: Plan, table: RoutingTable, event: PlannedEvent, only?: readonly Route[]): number {
  plan.events.push(event)
  const routes = only ?? matchRoutes(table, event)
  const rules = event.ofTest !== true && event.source !== 'invoke'
  for (const route of routes) {
    const lane = laneOf(route, event.workspaceId, event)
    const run: PlannedRun = {
      workspaceId: event.workspaceId,
      runId: runIdFor(event.id, route.mask),
      route, version: route.version, eventId: event.id,
      laneId: lane.id, keyText: lane.keyText, ownerId: lane.ownerId, rules,
      parentRunId: null, parentStep: null, retryOf: null, cancelKeys: cancelKeys(table, route.functionId, route.version, event),
    }
    const start = startOf(route, event)
    if (start !== undefined) run.start = start
    plan.runs.push(run)
  }
  return routes.length
}

const none: readonly string[] = []

/** What events that may end a run of this function's version find it by. */
export function cancelKeys({ cancels }: RoutingTable, functionId: string, version: number, event: MatchableEvent): readonly string[] {
  const ofFunction = cancels.byFunction.get(functionId)
  return ofFunction === undefined ? none : cancelKeysOf(ofFunction, version, event)
}

const aheadMs = 1000

/** A later start (the event's own time lies ahead), a head start, a deadline; undefined for most. */
function startOf(route: Route, event: PlannedEvent): StartRule | undefined {
  const startsInMs = event.startsAt === undefined ? null : event.startsAt - databaseNow()
  const later = startsInMs !== null && startsInMs > aheadMs ? Math.round(startsInMs) : null
  const { flow } = route
  if (later === null && (flow === null || (flow.priority === null && flow.startTimeoutMs === null))) return undefined
  return {
    startsInMs: later, headStartMs: headStartMs(flow?.priority ?? null, event),
    deadlineMs: flow === null || flow.startTimeoutMs === null ? null : flow.startTimeoutMs + (later ?? 0), skip: null,
  }
}

/** Parameters $1–$26 of event-ingest and event-emit. */
export function planParameters(plan: Plan): string[] {
  const { events, runs } = plan
  const lanes = distinctLanes(runs)
  return [
    uuids(events.map((e) => e.workspaceId)),
    uuids(events.map((e) => e.id)),
    texts(events.map((e) => safeText(e.name))),
    texts(events.map((e) => e.dataText)),
    numbers(events.map((e) => e.ts)),
    someTexts(events.map((e) => (e.v === undefined ? null : safeText(e.v)))),
    someTexts(events.map((e) => (e.clientId === undefined ? null : safeText(e.clientId)))),
    texts(events.map((e) => e.source)),
    someTexts(events.map((e) => (e.sourceRef === undefined ? null : safeText(e.sourceRef)))),
    someUuids(events.map((e) => e.emitRunId ?? null)),
    uuids(runs.map((r) => r.workspaceId)),
    uuids(runs.map((r) => r.runId)),
    uuids(runs.map((r) => r.route.functionId)),
    numbers(runs.map((r) => r.version)),
    uuids(runs.map((r) => r.eventId)),
    uuids(runs.map((r) => r.laneId)),
    someUuids(runs.map((r) => r.parentRunId)),
    someTexts(runs.map((r) => r.parentStep)),
    someUuids(runs.map((r) => r.retryOf)),
    uuids(lanes.map((r) => r.workspaceId)),
    uuids(lanes.map((r) => r.laneId)),
    ...startColumns(runs),
    keyLists(runs),
  ]
}

/** A column in which mostly nothing stands. Empty then: unnest fills it up with nulls, and reads none. */
const someUuids = (list: readonly (string | null)[]): string => (list.some((id) => id !== null) ? uuids(list) : '{}')
const someTexts = (list: readonly (string | null)[]): string => (list.some((text) => text !== null) ? texts(list) : '')

/** Empty arrays when nothing is ruled: unnest fills them up with nulls. */
function startColumns(runs: PlannedRun[]): string[] {
  if (!runs.some((run) => run.start !== undefined)) return ['{}', '{}', '{}', '']
  return [
    numbers(runs.map((r) => r.start?.startsInMs ?? null)), numbers(runs.map((r) => r.start?.headStartMs ?? null)),
    numbers(runs.map((r) => r.start?.deadlineMs ?? null)), texts(runs.map((r) => r.start?.skip ?? null)),
  ]
}

/** Lists of keys as one text parameter; an empty one is null. Without any the text is empty, and unnest fills up. */
export const keyLists = (rows: readonly { cancelKeys: readonly string[] }[]): string =>
  someTexts(rows.map((row) => (row.cancelKeys.length === 0 ? null : uuids(row.cancelKeys))))

/** As a claim would have read them. Data above 64 KB is loaded when the run starts. */
export function takenJobs({ events, runs }: Plan, taken: ReadonlySet<string>): ClaimedJob[] {
  const byId = new Map(events.map((event) => [event.id, event]))
  return runs.filter((run) => taken.has(run.runId)).map((run) => {
    const event = byId.get(run.eventId)!
    return {
      workspace_id: run.workspaceId, lane_id: run.laneId, run_id: run.runId, progress: false, crashes: 0, hold_id: null, stood: null, timed: false,
      function_id: run.route.functionId, version: run.version, again: run.retryOf !== null, event_id: run.eventId, parent_run_id: run.parentRunId, parent_step: run.parentStep, started_ms: null,
      event_name: safeText(event.name), event_ts: event.ts, event_v: event.v ?? null, event_source: event.source, event_ref: event.sourceRef ?? null, event_emit_run: event.emitRunId ?? null,
      event_data: event.dataText.length <= payloadMax ? JSON.parse(event.dataText) : null,
    }
  })
}

const payloadMax = 65_536
