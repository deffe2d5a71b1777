/**
 * One event followed through a drawing: how the runs it led to stand, by frame and by step. Runs are looked at one by one
 * while they are few (see trace.ts); a large fan-out gives sums only, and so do the runs that its runs start.
 */
import type pg from 'pg'
import { FanwiseError } from '#base/errors.ts'
import { parsePublicId, publicId } from '#base/ids.ts'
import { advance, type Ended } from '#engine/advance.ts'
import type { FunctionDefinition, Given } from '#graph/definition.ts'
import type { GraphDocument } from '#graph/document.ts'
import { functionKey, traceEvent, type Trace, type TracedRun } from '#server/runs/trace.ts'
import { followState, isEnded, merged, stateOrder, sum, type FollowCount, type FollowState } from '#server/workflows/follow-counts.ts'
import { fannedOf, type Sums } from '#server/workflows/follow-fan-outs.ts'
import { nodeFinder, type NodeFinder } from '#server/workflows/node-finder.ts'

export interface FollowedFrame {
  slug: string
  state: FollowState
  counts: FollowCount[]
  /** Attempts that failed so far, of its only run. */
  used: number
  /** Its newest run; null when it only has sums. */
  run: string | null
  total: number
}

export interface FollowedStep {
  state: FollowState
  /** Newest run it is about. */
  run: string
  /** How long it took, ms; of its only run. */
  tookMs: number | null
  /** The try it is at, when one has failed. */
  attempt: number | null
  waitsFor: string | null
  error: string | null
  /** It was not run: a test was given its output. */
  given: Given['as'] | null
  /** Of several runs: how many have it done. */
  done: number
  of: number
}

export interface FollowView {
  event: { id: string; name: string }
  total: number
  ended: number
  counts: FollowCount[]
  /** Nothing more will come of it. */
  settled: boolean
  /** There are more runs than these. */
  more: boolean
  /** Runs that only have sums send events on, and what comes of those is not in here. */
  beyond: boolean
  /** By node id. */
  frames: Record<string, FollowedFrame>
  steps: Record<string, FollowedStep>
  /** Steps that sent events, by node id. */
  sent: Record<string, number>
  /** Events of the trace by name. */
  events: Record<string, number>
  /** Runs of functions that are not in this drawing. */
  elsewhere: { slug: string; workflow: string | null; count: number }[]
}

/** Throws not_found. */
export async function followEvent(pool: pg.Pool, workspaceId: string, document: GraphDocument, id: string): Promise<FollowView> {
  const uuid = parsePublicId('evt', id)
  const { rows } = await pool.query<{ name: string }>({ name: 'follow-event', text: 'select name from event where workspace_id = $1 and id = $2', values: [workspaceId, uuid] })
  if (uuid === null || rows[0] === undefined) throw new FanwiseError('not_found', `There is no event ${id} in this workspace.`, { field: 'event', fix: 'Follow another one.' })
  const trace = await traceEvent(pool, workspaceId, uuid)
  const [recorded, names, fanned] = await Promise.all([recordedOf(pool, workspaceId, trace.runs), namesOf(pool, workspaceId, trace.events), fannedOf(pool, workspaceId, trace)])
  const find = nodeFinder(document)
  const view: FollowView = {
    event: { id, name: rows[0].name }, total: 0, ended: 0, counts: [], settled: fanned.settled, more: trace.more || fanned.more, beyond: fanned.beyond,
    frames: {}, steps: {}, sent: {}, events: names, elsewhere: [],
  }
  for (const group of groupRuns(trace)) addRuns(view, find, group, recorded)
  for (const sums of fanned.functions) addSums(view, find, sums)
  for (const fanOut of trace.fanOuts) view.events[fanOut.event_name] = (view.events[fanOut.event_name] ?? 0) + fanOut.items
  for (const { runId, step, count } of trace.sent) {
    const run = trace.runs.find((one) => one.id === runId)
    if (run !== undefined) addSent(view, find, trace, { function: functionKey(run), step, count })
  }
  for (const one of fanned.sent) {
    view.events[one.event] = (view.events[one.event] ?? 0) + one.count
    addSent(view, find, trace, one)
  }
  view.counts = merged(view.counts)
  view.total = sum(view.counts)
  view.ended = sum(view.counts.filter(({ state }) => isEnded(state)))
  view.settled &&= view.ended === view.total
  return view
}

const stateOf = (run: TracedRun): FollowState => followState(run.status, run.state, run.why?.kind)

/** A frame is what it does; once all is over, what went wrong. */
function frameState(counts: FollowCount[]): FollowState {
  const open = counts.find(({ state }) => !isEnded(state))
  const has = (state: FollowState) => counts.some((one) => one.state === state)
  return has('running') ? 'running' : (open?.state ?? counts[0]?.state ?? 'queued')
}

interface Group {
  slug: string
  workflow: string | null
  definition: FunctionDefinition
  runs: TracedRun[]
}

function groupRuns(trace: Trace): Group[] {
  const groups = new Map<string, Group>()
  for (const run of trace.runs) {
    const fn = trace.functions.get(functionKey(run))
    if (fn === undefined) continue
    const group = groups.get(functionKey(run)) ?? { slug: fn.slug, workflow: fn.workflow, definition: fn.definition, runs: [] }
    group.runs.push(run)
    groups.set(functionKey(run), group)
  }
  return [...groups.values()]
}

function addRuns(view: FollowView, find: NodeFinder, group: Group, recorded: Recorded): void {
  const counts = merged(group.runs.map((run) => ({ state: stateOf(run), count: 1 })))
  view.counts.push(...counts)
  const node = find.frame(group.slug, group.definition.nodeId)
  if (node === null) return addElsewhere(view, group.slug, group.workflow, group.runs.length)
  const newest = group.runs[group.runs.length - 1] as TracedRun
  const only = group.runs.length === 1 ? newest : null
  putFrame(view, node, {
    slug: group.slug, state: frameState(counts), counts, run: publicId('run', newest.id), total: group.runs.length,
    used: only === null ? 0 : Math.min(group.definition.retries, usedBy(only, recorded)),
  })
  for (const step of group.definition.steps) {
    const at = find.step(group.slug, step.id, step.nodeId)
    const views = group.runs.flatMap((run) => stepIn(run, step.id, group.definition, recorded) ?? [])
    if (at !== null && views.length > 0) view.steps[at] = together(views, group.runs.length)
  }
}

/** Retries that are gone: of a failed run its last try was no retry of another. */
function usedBy(run: TracedRun, recorded: Recorded): number {
  const tries = Math.max(0, ...recorded.attempts.filter((one) => one.run_id === run.id && one.failed).map((one) => one.attempt))
  return run.status === 2 ? Math.max(0, tries - 1) : tries
}

function addElsewhere(view: FollowView, slug: string, workflow: string | null, count: number): void {
  const known = view.elsewhere.find((one) => one.slug === slug)
  if (known === undefined) view.elsewhere.push({ slug, workflow, count })
  else known.count += count
}

/** Two versions of a function may share a frame, and so may runs and sums. */
function putFrame(view: FollowView, node: string, frame: FollowedFrame): void {
  const known = view.frames[node]
  if (known === undefined) {
    view.frames[node] = frame
    return
  }
  const counts = merged([...known.counts, ...frame.counts])
  view.frames[node] = { ...known, counts, state: frameState(counts), total: known.total + frame.total, run: frame.run ?? known.run, used: 0 }
}

function addSent(view: FollowView, find: NodeFinder, trace: Trace, sent: { function: string; step: string; count: number }): void {
  const fn = trace.functions.get(sent.function)
  const step = fn?.definition.steps.find((one) => one.id === sent.step)
  const node = fn === undefined || step === undefined ? null : find.step(fn.slug, step.id, step.nodeId)
  if (node !== null && sent.count > 0) view.sent[node] = (view.sent[node] ?? 0) + sent.count
}

// ------------------------------------------------------------------ steps

interface StepRow {
  run_id: string
  step: string
  status: number
  port: string | null
  started_ms: number
  ended_ms: number
  message: string | null
}

interface AttemptRow {
  run_id: string
  step: string
  attempt: number
  failed: boolean
}

interface WaitRow {
  run_id: string
  step: string
  kind: string
  event_name: string | null
}

interface Recorded {
  steps: StepRow[]
  attempts: AttemptRow[]
  waits: WaitRow[]
}

const stepsText = `select run_id::text as run_id, step, status, port, (extract(epoch from started_at) * 1000)::float8 as started_ms,
    (extract(epoch from ended_at) * 1000)::float8 as ended_ms, left(error::text, 4000) as message
  from step where workspace_id = $1 and run_id = any($2::uuid[]) and strpos(step, '#') = 0`
// Tries that were not followed by a result; of a failed run also its last one.
const attemptsText = `select a.run_id::text as run_id, a.step, max(a.attempt)::int as attempt,
    not exists (select 1 from step s where s.workspace_id = $1 and s.run_id = a.run_id and s.step = a.step and s.status = 1) as failed
  from attempt a where a.workspace_id = $1 and a.run_id = any($2::uuid[]) group by a.run_id, a.step`
const waitsText = 'select run_id::text as run_id, step, kind, event_name from wait where workspace_id = $1 and run_id = any($2::uuid[]) and resolved_at is null'

async function recordedOf(pool: pg.Pool, workspaceId: string, runs: TracedRun[]): Promise<Recorded> {
  if (runs.length === 0) return { steps: [], attempts: [], waits: [] }
  const values = [workspaceId, runs.map((run) => run.id)]
  const [steps, attempts, waits] = await Promise.all([
    pool.query<StepRow>({ name: 'follow-steps', text: stepsText, values }),
    pool.query<AttemptRow>({ name: 'follow-attempts', text: attemptsText, values }),
    pool.query<WaitRow>({ name: 'follow-waits', text: waitsText, values }),
  ])
  return { steps: steps.rows, attempts: attempts.rows, waits: waits.rows }
}

/** Null for a step that the run has not come to. */
function stepIn(run: TracedRun, id: string, definition: FunctionDefinition, recorded: Recorded): FollowedStep | null {
  const rows = recorded.steps.filter((row) => row.run_id === run.id)
  const row = rows.find((one) => one.step === id)
  const tries = recorded.attempts.find((one) => one.run_id === run.id && one.step === id)
  const view = { run: publicId('run', run.id), tookMs: null, attempt: null, waitsFor: null, error: null, given: definition.steps.find((step) => step.id === id)?.given?.as ?? null, done: 0, of: 1 }
  if (row !== undefined) {
    const done = row.status === 1
    return { ...view, state: done ? 'completed' : 'failed', tookMs: Math.max(0, row.ended_ms - row.started_ms), attempt: done ? null : (tries?.attempt ?? 1), error: done ? null : messageOf(row.message), done: done ? 1 : 0 }
  }
  const ended: Ended = new Map(rows.map((one) => [one.step, { port: one.port ?? (one.status === 1 ? 'out' : null) }]))
  const { ready, skipped } = advance(definition.steps, ended)
  if (skipped.has(id)) return { ...view, state: 'skipped' }
  if (run.status !== 0 || !ready.some((step) => step.id === id)) return null
  const wait = recorded.waits.find((one) => one.run_id === run.id && (one.step === id || one.step.startsWith(`${id}#`)))
  if (wait !== undefined) return { ...view, state: wait.kind === 'sleep' ? 'sleeping' : 'waiting', waitsFor: wait.event_name }
  const state = stateOf(run)
  if (state === 'running') return { ...view, state, attempt: tries === undefined ? null : tries.attempt + 1 }
  if (tries !== undefined) return { ...view, state: 'retrying', attempt: tries.attempt + 1 }
  return { ...view, state: 'queued' }
}

function messageOf(error: string | null): string | null {
  try {
    const { message } = JSON.parse(error ?? '{}') as { message?: unknown }
    return typeof message === 'string' ? message : null
  } catch {
    return null
  }
}

function together(views: FollowedStep[], runs: number): FollowedStep {
  const first = [...views].sort((a, b) => stateOrder.indexOf(a.state) - stateOrder.indexOf(b.state))[0] as FollowedStep
  if (runs === 1) return first
  return { ...first, tookMs: null, attempt: null, done: views.filter((one) => one.state === 'completed').length, of: runs }
}

async function namesOf(pool: pg.Pool, workspaceId: string, events: string[]): Promise<Record<string, number>> {
  const { rows } = await pool.query<{ name: string; count: number }>({
    name: 'follow-names', text: 'select name, count(*)::int as count from event where workspace_id = $1 and id = any($2::uuid[]) group by name', values: [workspaceId, events],
  })
  return Object.fromEntries(rows.map((row) => [row.name, row.count]))
}

function addSums(view: FollowView, find: NodeFinder, sums: Sums): void {
  view.counts.push(...sums.counts)
  const total = sum(sums.counts)
  const node = find.frame(sums.slug, sums.nodeId)
  if (node === null) return addElsewhere(view, sums.slug, sums.workflow, total)
  putFrame(view, node, { slug: sums.slug, state: frameState(sums.counts), counts: sums.counts, used: 0, run: sums.newest === null ? null : publicId('run', sums.newest), total })
}
