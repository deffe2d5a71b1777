/** One run with its steps and attempts: what the run page and `GET /api/v1/runs/:id` show. */
import type pg from 'pg'
import { FanwiseError, type ErrorShape } from '#base/errors.ts'
import { parsePublicId } from '#base/ids.ts'
import type { Json } from '#base/json.ts'
import { advance, type Ended } from '#engine/advance.ts'
import { parseError, shortError } from '#engine/sql/short-error.ts'
import type { FunctionDefinition, Given, StepDefinition } from '#graph/definition.ts'
import { ownOrItems, viewItems, itemsText, type EachView, type ItemRow } from '#server/runs/view-items.ts'
import { loadRuns, moment, parse, type RunSummary } from '#server/runs/run-row.ts'
import type { StepKind } from '#steps/kind.ts'

export type StepState = 'pending' | 'running' | 'retrying' | 'sleeping' | 'waiting' | 'completed' | 'failed' | 'skipped'

export interface AttemptView {
  attempt: number
  startedAt: string
  endedAt: string
  input: Json
  error: ErrorShape
  retryAt: string | null
}

export interface StepView {
  id: string
  nodeId: string
  name: string
  kind: StepKind
  after: { step: string; port: string }[]
  status: StepState
  /** The attempt that gave the result; of an open step the one that runs or comes next. */
  attempt: number
  startedAt: string | null
  endedAt: string | null
  /** Way out it took. */
  port: string | null
  input: Json
  output: Json
  error: ErrorShape | null
  attempts: AttemptView[]
  /** When an open step goes on by itself. */
  dueAt: string | null
  waitsFor: string | null
  /** The name of the signal it waits for. */
  signal: string | null
  /** How far an emit of many items has come. */
  progress: { sent: number; total: number } | null
  retries: number
  /** It failed, and the run went on: by a branch of its own, or regardless. */
  handled: boolean
  /** Of a step that runs for each item of a list. */
  each: EachView | null
  /** In a test: it was not run, its output was given. */
  given: Given['as'] | null
}

export interface RunDetail extends RunSummary {
  eventReceivedAt: string
  /** Events it took: more than one of a batch or debounce. */
  events: number
  steps: StepView[]
}

interface StepRow {
  step: string
  attempt: number
  status: number
  port: string | null
  started_ms: number
  ended_ms: number
  input: string | null
  output: string | null
  error: string | null
}

interface AttemptRow {
  step: string
  attempt: number
  started_ms: number
  ended_ms: number
  input: string | null
  error: string
  retry_ms: number | null
}

interface WaitRow {
  step: string
  kind: string
  event_name: string | null
  signal: string | null
  created_ms: number
  expires_ms: number | null
  open: boolean
}

interface ProgressRow {
  step: string
  next_index: number
  total: number
  started_ms: number
}

/** Throws not_found. `id` is the public id. `textMax`: longer values become `{ truncated, characters, start }`, and so do the facts of longer errors. */
export async function getRun(pool: pg.Pool, workspaceId: string, id: string, options: { textMax?: number } = {}): Promise<RunDetail> {
  const uuid = parsePublicId('run', id)
  const max = options.textMax ?? null
  const summary = uuid === null ? undefined : (await loadRuns(pool, workspaceId, [uuid], max))[0]
  if (uuid === null || summary === undefined) throw new FanwiseError('not_found', `There is no run ${id} in this workspace.`, { fix: 'Look in the list of runs.' })
  const values = [workspaceId, uuid]
  const [head, steps, attempts, waits, progress, items] = await Promise.all([
    pool.query<{ definition: string | null; received_ms: number; events: number }>({ name: 'run-head', text: headText, values }),
    pool.query<StepRow>({ name: 'run-steps', text: stepsText, values: [...values, max] }),
    pool.query<AttemptRow>({ name: 'run-attempts', text: attemptsText, values: [...values, max] }),
    pool.query<WaitRow>({ name: 'run-waits', text: waitsText, values }),
    pool.query<ProgressRow>({ name: 'run-progress', text: progressText, values }),
    pool.query<ItemRow>({ name: 'run-items', text: itemsText, values }),
  ])
  const definition = parse<FunctionDefinition>(head.rows[0]?.definition ?? null)
  return {
    ...summary,
    eventReceivedAt: new Date(head.rows[0]?.received_ms ?? 0).toISOString(), events: Math.max(1, head.rows[0]?.events ?? 1),
    steps: definition === null ? [] : viewSteps(definition, summary, { steps: steps.rows, attempts: attempts.rows, waits: waits.rows, progress: progress.rows, items: items.rows }),
  }
}

// Values longer than $3 characters are cut by the database, so a page never loads megabytes.
const cut = (column: string) =>
  `case when $3::int is null or length(${column}::text) <= $3 then ${column}::text
    else json_build_object('truncated', true, 'characters', length(${column}::text), 'start', left(${column}::text, 2000))::text end`

const headText = `select v.definition::text as definition, (extract(epoch from e.received_at) * 1000)::float8 as received_ms,
    (select count(*)::int from run_event x where x.workspace_id = r.workspace_id and x.run_id = r.id) as events
  from run r join event e on e.workspace_id = r.workspace_id and e.id = r.event_id
  left join function_version v on v.workspace_id = r.workspace_id and v.function_id = r.function_id and v.version = r.version
  where r.workspace_id = $1 and r.id = $2`
const stepsText = `select step, attempt, status, port, (extract(epoch from started_at) * 1000)::float8 as started_ms,
    (extract(epoch from ended_at) * 1000)::float8 as ended_ms, ${cut('input')} as input, ${cut('output')} as output, ${shortError('error', '$3::int')} as error
  from step where workspace_id = $1 and run_id = $2 and strpos(step, '#') = 0`
const attemptsText = `select step, attempt, (extract(epoch from started_at) * 1000)::float8 as started_ms,
    (extract(epoch from ended_at) * 1000)::float8 as ended_ms, ${cut('input')} as input, ${shortError('error', '$3::int')} as error,
    (extract(epoch from retry_at) * 1000)::float8 as retry_ms
  from attempt where workspace_id = $1 and run_id = $2 order by step, attempt`
const waitsText = `select step, kind, event_name, signal, (extract(epoch from created_at) * 1000)::float8 as created_ms,
    (extract(epoch from expires_at) * 1000)::float8 as expires_ms, resolved_at is null as open
  from wait where workspace_id = $1 and run_id = $2`
const progressText = `select step, next_index, total, (extract(epoch from started_at) * 1000)::float8 as started_ms
  from emit_progress where workspace_id = $1 and run_id = $2`

interface Recorded {
  steps: StepRow[]
  attempts: AttemptRow[]
  waits: WaitRow[]
  progress: ProgressRow[]
  items: ItemRow[]
}

function viewSteps(definition: FunctionDefinition, run: RunSummary, recorded: Recorded): StepView[] {
  const rows = new Map(recorded.steps.map((row) => [row.step, row]))
  const ended: Ended = new Map(recorded.steps.map((row) => [row.step, { port: row.port ?? (row.status === 1 ? 'out' : null) }]))
  const { ready, skipped } = advance(definition.steps, ended)
  const readyIds = new Set(ready.map((step) => step.id))
  return definition.steps.map((step) => {
    const open = readyIds.has(step.id) ? openState(step.id, run, recorded) : skipped.has(step.id) ? 'skipped' : 'pending'
    return viewStep(step, definition, open, rows.get(step.id), recorded)
  })
}

function viewStep(step: StepDefinition, definition: FunctionDefinition, open: StepState, row: StepRow | undefined, recorded: Recorded): StepView {
  const attempts = recorded.attempts.filter((one) => one.step === step.id).map(viewAttempt)
  const wait = recorded.waits.find((one) => one.step === step.id)
  const progress = recorded.progress.find((one) => one.step === step.id)
  const last = attempts.at(-1) ?? (step.each === undefined || open !== 'retrying' ? undefined : nextItem(step.id, recorded))
  const common = {
    id: step.id, nodeId: step.nodeId, name: step.name, kind: step.kind, after: step.after, attempts,
    waitsFor: wait?.event_name ?? null, signal: wait?.open === true ? wait.signal : null, retries: step.retries ?? definition.retries,
    progress: progress === undefined ? null : { sent: progress.next_index, total: progress.total },
    handled: row?.status === 2 && row.port !== null, given: step.given?.as ?? null,
    each: step.each === undefined ? null : viewItems(step.id, recorded, row === undefined ? null : parse<{ items?: number }>(row.input)?.items ?? null),
  }
  if (row === undefined) {
    const started = attempts[0]?.startedAt ?? common.each?.startedAt ?? moment(wait?.created_ms ?? progress?.started_ms ?? null)
    const due = open === 'retrying' ? (last?.retryAt ?? null) : wait?.open === true ? moment(wait.expires_ms) : null
    return { ...common, status: open, attempt: (last?.attempt ?? 0) + 1, startedAt: started, endedAt: null, port: null, input: last?.input ?? null, output: null, error: last?.error ?? null, dueAt: due }
  }
  const waitedSince = wait === undefined ? row.started_ms : Math.min(wait.created_ms, row.started_ms)
  return {
    ...common, status: row.status === 1 ? 'completed' : 'failed', attempt: row.attempt,
    startedAt: common.each?.startedAt ?? new Date(waitedSince).toISOString(), endedAt: new Date(row.ended_ms).toISOString(),
    port: row.port, input: parse<Json>(row.input), output: parse<Json>(row.output), error: parseError<ErrorShape>(row.error), dueAt: null,
  }
}

/** Of the items that are tried again, the last try of the one that comes first. */
function nextItem(stepId: string, { attempts, items }: Recorded): AttemptView | undefined {
  const ended = new Set(items.map((row) => row.step))
  const latest = new Map(attempts.filter((row) => row.step !== stepId && ownOrItems(row.step, stepId) && !ended.has(row.step)).map((row) => [row.step, row]))
  const [first] = [...latest.values()].sort((a, b) => (a.retry_ms ?? Infinity) - (b.retry_ms ?? Infinity))
  return first === undefined ? undefined : viewAttempt(first)
}

/** A step that may run now: under way, resting between attempts, or waiting for the world. */
function openState(stepId: string, run: RunSummary, recorded: Recorded): StepState {
  if (run.status === 'cancelled' || run.status === 'failed' || run.status === 'completed') return 'pending'
  const wait = recorded.waits.find((one) => ownOrItems(one.step, stepId) && one.open)
  if (wait !== undefined) return wait.kind === 'sleep' ? 'sleeping' : 'waiting'
  if (run.status === 'running') return 'running'
  if (recorded.attempts.some((one) => ownOrItems(one.step, stepId))) return 'retrying'
  return 'pending'
}

function viewAttempt(row: AttemptRow): AttemptView {
  return {
    attempt: row.attempt, startedAt: new Date(row.started_ms).toISOString(), endedAt: new Date(row.ended_ms).toISOString(),
    input: parse<Json>(row.input), error: parseError<ErrorShape>(row.error)!, retryAt: moment(row.retry_ms),
  }
}

/** The whole recorded value of a step, for "Show all". */
export async function getStepValue(pool: pg.Pool, workspaceId: string, runId: string, step: string, part: 'input' | 'output'): Promise<string | null> {
  const uuid = parsePublicId('run', runId)
  if (uuid === null) return null
  const { rows } = await pool.query<{ input: string | null; output: string | null }>({
    text: 'select input::text as input, output::text as output from step where workspace_id = $1 and run_id = $2 and step = $3',
    values: [workspaceId, uuid, step],
  })
  return rows[0]?.[part] ?? null
}
