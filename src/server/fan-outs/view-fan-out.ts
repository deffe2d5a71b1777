/** A fan-out as pages and the REST API show it: progress, its functions with their limits, and what people did. */
import type pg from 'pg'
import { FanwiseError } from '#base/errors.ts'
import { parsePublicId, publicId } from '#base/ids.ts'
import type { JsonObject } from '#base/json.ts'
import type { FanOutProgress } from '#engine/fan-out/progress.ts'
import { fanOutId } from '#engine/derived-ids.ts'
import type { Price } from '#graph/price.ts'
import { getEngine } from '#server/engine.ts'
import { confirmRule, mayConfirm, whyConfirm, type ConfirmRule, type Member } from '#server/fan-outs/confirm.ts'
import { fanOutUuid } from '#server/fan-outs/fan-out-id.ts'
import { publishedPrice } from '#server/functions/price.ts'
import { cursorUuid, toPage, type Page, type PageRequest } from '#server/page.ts'

export interface FanOutTarget {
  slug: string
  name: string
  /** Runs at once; null = as many as there is room for. */
  limit: number | null
  /** The drawn one, when another was set while it ran. */
  drawnLimit: number | null
  /** False: the limit is none, or shared, and not changed here. */
  canChange: boolean
}

export interface AuditLine {
  at: string
  actor: string
  action: string
  detail: JsonObject | null
}

export interface FanOutSummary extends Omit<FanOutProgress, 'functionId' | 'targetIds' | 'version'> {
  function: string
  workflow: { slug: string; name: string } | null
}

export interface FanOutDetail extends FanOutSummary {
  /** Nothing is sent until a person says go: what it would set off, and whether the one who looks is that person. */
  confirm: { person: string | null; mine: boolean; price: Price } | null
  functions: FanOutTarget[]
  audit: AuditLine[]
}

interface Named {
  id: string
  slug: string
  workflow_slug: string | null
  workflow_name: string | null
}

async function namesOf(pool: pg.Pool, workspaceId: string, ids: string[]): Promise<Map<string, Named>> {
  const { rows } = await pool.query<Named>({
    name: 'fan-out-names',
    text: `select f.id::text as id, f.slug, w.slug as workflow_slug, w.name as workflow_name from function f
      left join workflow w on w.workspace_id = f.workspace_id and w.id = f.workflow_id where f.workspace_id = $1 and f.id = any($2::uuid[])`,
    values: [workspaceId, ids],
  })
  return new Map(rows.map((row) => [row.id, row]))
}

function summaryOf(progress: FanOutProgress, named: Named | undefined, rule: ConfirmRule | null): FanOutSummary {
  const { functionId: _function, targetIds: _targets, version: _version, ...shown } = progress
  return {
    ...shown, ...(rule === null ? {} : { reason: whyConfirm(rule, progress.total) }), id: publicId('fan', progress.id), runId: publicId('run', progress.runId), function: named?.slug ?? '',
    workflow: named === undefined || named.workflow_slug === null ? null : { slug: named.workflow_slug, name: named.workflow_name ?? named.workflow_slug },
  }
}

/** Only one that waits for a person needs to know who that is. */
const ruleFor = async (pool: pg.Pool, workspaceId: string, shown: FanOutProgress[]): Promise<ConfirmRule | null> => (shown.some((one) => one.state === 'confirm') ? confirmRule(pool, workspaceId) : null)

/** @param member who looks; null = an API key */
export async function getFanOut(workspaceId: string, id: string, member: Member | null = null): Promise<FanOutDetail> {
  const { pool, fanOuts } = getEngine()
  const uuid = fanOutUuid(id)
  const progress = await fanOuts.progress(workspaceId, uuid)
  const [names, functions, audit] = await Promise.all([
    namesOf(pool, workspaceId, [progress.functionId]), targetsOf(pool, workspaceId, progress.targetIds), auditOf(pool, workspaceId, publicId('fan', uuid)),
  ])
  const rule = await ruleFor(pool, workspaceId, [progress])
  const confirm = rule === null ? null : { person: rule.person?.name ?? null, mine: member !== null && mayConfirm(rule, member), price: await publishedPrice(workspaceId, progress.event, progress.total) }
  return { ...summaryOf(progress, names.get(progress.functionId), rule), functions, audit, confirm }
}

/** The fan-out of a run's step, or null while it has sent nothing. */
export async function fanOutOfStep(workspaceId: string, runId: string, step: string): Promise<FanOutSummary | null> {
  const run = parsePublicId('run', runId)
  if (run === null) return null
  const { pool, fanOuts } = getEngine()
  try {
    const progress = await fanOuts.progress(workspaceId, fanOutId(run, step))
    return summaryOf(progress, (await namesOf(pool, workspaceId, [progress.functionId])).get(progress.functionId), await ruleFor(pool, workspaceId, [progress]))
  } catch (error) {
    if (error instanceof FanwiseError && error.code === 'not_found') return null
    throw error
  }
}

/** Newest first. */
export async function listFanOuts(workspaceId: string, page: PageRequest): Promise<Page<FanOutSummary>> {
  const { pool, fanOuts } = getEngine()
  const { rows } = await pool.query<{ id: string }>({
    name: 'fan-out-list',
    text: 'select id::text as id from fan_out where workspace_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3',
    values: [workspaceId, cursorUuid('fan', page.cursor), page.limit + 1],
  })
  const found = toPage(rows, page.limit)
  const all = await fanOuts.progressOf(workspaceId, found.data.map((row) => row.id))
  const names = await namesOf(pool, workspaceId, all.map((one) => one.functionId))
  const rule = await ruleFor(pool, workspaceId, all)
  return { data: all.map((one) => summaryOf(one, names.get(one.functionId), one.state === 'confirm' ? rule : null)), nextCursor: found.nextCursor === null ? null : publicId('fan', found.nextCursor) }
}

async function targetsOf(pool: pg.Pool, workspaceId: string, ids: string[]): Promise<FanOutTarget[]> {
  if (ids.length === 0) return []
  const { rows } = await pool.query<{ slug: string; name: string; limit_override: number | null; drawn: number | null; scope: string | null }>({
    name: 'fan-out-targets',
    text: `select f.slug, f.name, f.limit_override, (v.definition->'concurrency'->>'limit')::int as drawn, v.definition->'concurrency'->>'scope' as scope
      from function f left join function_version v on v.workspace_id = f.workspace_id and v.function_id = f.id and v.version = f.current_version
      where f.workspace_id = $1 and f.id = any($2::uuid[]) order by f.slug`,
    values: [workspaceId, ids],
  })
  return rows.map((row) => {
    const own = row.drawn !== null && row.scope !== 'workspace'
    const override = own ? row.limit_override : null
    return { slug: row.slug, name: row.name, limit: override ?? row.drawn, drawnLimit: override === null ? null : row.drawn, canChange: own }
  })
}

async function auditOf(pool: pg.Pool, workspaceId: string, target: string): Promise<AuditLine[]> {
  const { rows } = await pool.query<{ at: Date; actor: string; action: string; detail: JsonObject | null }>({
    name: 'fan-out-audit', text: `select at, actor, action, detail from audit_entry where workspace_id = $1 and target = $2 order by id desc limit 100`, values: [workspaceId, target],
  })
  return rows.map((row) => ({ at: row.at.toISOString(), actor: row.actor, action: row.action.replace(/^fan-out\./, ''), detail: row.detail }))
}
