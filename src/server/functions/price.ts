/** What the price tag of an emit per item needs from the workspace: the last real run, who reacts elsewhere, how long runs take. */
import { publicId } from '#base/ids.ts'
import type { FunctionDefinition } from '#graph/definition.ts'
import { allowedIn, baseIn, priceOf, publishedConsumer, type Consumer, type Price } from '#graph/price.ts'
import { knownValues } from '#server/connections/known-values.ts'
import { db } from '#server/db.ts'
import { getEngine } from '#server/engine.ts'
import { confirmRule } from '#server/fan-outs/confirm.ts'
import { env } from '#server/env.ts'

const runsLookedAt = 50
const emitRunsLookedAt = 200
const consumersMost = 50
/** What these take is waiting, during which a run keeps no place of its limit. */
const resting = new Set(['sleep', 'wait', 'approval', 'gather', 'invoke', 'signal'])

export interface PriceQuestion {
  /** Workflow whose drawing is open: its own functions come from the drawing. */
  workflow: string
  /** Function and step that send. */
  function: string
  step: string
  event: string
  /** Slugs that the drawing says react. */
  drawn: string[]
}

export interface PriceFacts {
  /** Items of the last run that really sent; null = none yet. */
  last: { items: number; run: string; at: string } | null
  /** Published functions of other workflows that react. */
  elsewhere: Consumer[]
  /** By slug: median time that a run kept a place, in milliseconds, of its last completed runs. */
  durations: Record<string, number>
  /** By slug: a limit set while it runs, which holds today. */
  limits: Record<string, number>
  /** Runs that one worker process executes at once. */
  places: number
  /** More items than this wait until that person says go (null: any owner or admin); null = none wait. */
  confirm: { above: number; person: string | null } | null
}

interface FunctionRow {
  id: string
  slug: string
  workflow: string | null
  limit_override: number | null
  definition: FunctionDefinition
}

export async function priceFacts(workspaceId: string, question: PriceQuestion): Promise<PriceFacts> {
  const [values, last, functions, rule] = await Promise.all([knownValues(workspaceId), lastEmit(workspaceId, question.function, question.step), publishedFunctions(workspaceId), confirmRule(getEngine().pool, workspaceId)])
  const elsewhere: Consumer[] = []
  const asked: FunctionRow[] = []
  for (const row of functions) {
    const consumer = row.workflow === question.workflow ? null : publishedConsumer(row.definition, question.event, baseIn(values))
    if (consumer !== null) elsewhere.push(consumer)
    if (consumer !== null || (row.workflow === question.workflow && question.drawn.includes(row.slug))) asked.push(row)
  }
  const known = asked.slice(0, consumersMost)
  const taken = await Promise.all(known.map((row) => medianMs(workspaceId, row)))
  return {
    last, elsewhere, places: env().FANWISE_WORKER_CONCURRENCY,
    confirm: rule.above === null ? null : { above: rule.above, person: rule.person?.name ?? null },
    durations: Object.fromEntries(known.flatMap((row, i) => (taken[i] == null ? [] : [[row.slug, taken[i]]]))),
    limits: Object.fromEntries(known.flatMap((row) => (row.limit_override === null || row.definition.concurrency === undefined || row.definition.concurrency.scope === 'workspace' ? [] : [[row.slug, row.limit_override]]))),
  }
}

/** What so many events of that name would set off today, by what is published. */
export async function publishedPrice(workspaceId: string, event: string, items: number): Promise<Price> {
  const [values, functions] = await Promise.all([knownValues(workspaceId), publishedFunctions(workspaceId)])
  const found = functions.flatMap((row) => {
    const consumer = publishedConsumer(row.definition, event, baseIn(values))
    return consumer === null ? [] : [{ row, consumer: row.limit_override === null || consumer.limit === null || row.definition.concurrency?.scope === 'workspace' ? consumer : { ...consumer, limit: row.limit_override } }]
  })
  const known = found.slice(0, consumersMost)
  const taken = await Promise.all(known.map(({ row }) => medianMs(workspaceId, row)))
  return priceOf(items, found.map(({ consumer }) => consumer), Object.fromEntries(known.flatMap(({ row }, i) => (taken[i] == null ? [] : [[row.slug, taken[i]]]))), env().FANWISE_WORKER_CONCURRENCY, allowedIn(values))
}

function publishedFunctions(workspaceId: string): Promise<FunctionRow[]> {
  return db().$queryRaw<FunctionRow[]>`
    select f.id::text as id, f.slug, w.slug as workflow, f.limit_override, v.definition
    from function f
    join function_version v on v.workspace_id = f.workspace_id and v.function_id = f.id and v.version = f.current_version
    left join workflow w on w.workspace_id = f.workspace_id and w.id = f.workflow_id
    where f.workspace_id = ${workspaceId}::uuid and f.archived_at is null order by f.slug`
}

/** The newest run of the function whose emit step has recorded what it sent. Tests of drafts do not count. */
async function lastEmit(workspaceId: string, slug: string, step: string): Promise<PriceFacts['last']> {
  const rows = await db().$queryRaw<{ run_id: string; items: number; ms: number }[]>`
    select r.id::text as run_id, (s.output->>'count')::int as items, (extract(epoch from s.ended_at) * 1000)::float8 as ms
    from (
      select r.id from run r join function f on f.workspace_id = r.workspace_id and f.id = r.function_id
      where r.workspace_id = ${workspaceId}::uuid and f.slug = ${slug} and r.version > 0 order by r.id desc limit ${emitRunsLookedAt}
    ) r
    join step s on s.workspace_id = ${workspaceId}::uuid and s.run_id = r.id and s.step = ${step} and s.status = 1
    where json_typeof(s.output->'count') = 'number' order by r.id desc limit 1`
  const row = rows[0]
  return row === undefined ? null : { items: row.items, run: publicId('run', row.run_id), at: new Date(row.ms).toISOString() }
}

/** Steps side by side take no longer than from the first to the last; rests between steps do not count. */
async function medianMs(workspaceId: string, { id, definition }: FunctionRow): Promise<number | null> {
  const rests = definition.steps.flatMap((step) => (resting.has(step.kind) ? [step.id] : []))
  const rows = await db().$queryRaw<{ ms: number | null }[]>`
    select percentile_cont(0.5) within group (order by taken.ms)::float8 as ms from (
      select least(sum(extract(epoch from s.ended_at - s.started_at)), extract(epoch from max(s.ended_at) - min(s.started_at))) * 1000 as ms
      from (
        select id from run where workspace_id = ${workspaceId}::uuid and function_id = ${id}::uuid and version > 0 and status = 1 order by id desc limit ${runsLookedAt}
      ) r
      join step s on s.workspace_id = ${workspaceId}::uuid and s.run_id = r.id and s.step <> all(${rests}::text[])
      group by r.id
    ) taken`
  return rows[0]?.ms ?? null
}
