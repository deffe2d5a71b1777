/**
 * Publishing: the draft becomes what runs, in one transaction. A function gets a new version only
 * when its behaviour changed; runs in flight stay on the version they began with. The workspace's
 * route epoch moves on with it, so ingest never stores with a routing table older than this.
 */
import { FanwiseError } from '#base/errors.ts'
import { newUuid, uuidFloor, uuidTime } from '#base/ids.ts'
import { canonicalJson } from '#base/json.ts'
import { compile, type Compiled } from '#graph/compile/index.ts'
import type { Diagnostic } from '#graph/compile/diagnostics.ts'
import { chooseFunctions } from '#graph/choose.ts'
import type { FunctionDefinition } from '#graph/definition.ts'
import { emptyDocument, type GraphDocument } from '#graph/document.ts'
import { databaseNow } from '#engine/clock.ts'
import { limitId } from '#engine/derived-ids.ts'
import { nextTick } from '#engine/duties/due-ticks.ts'
import { stepDefinition } from '#steps/definitions.ts'
import { audit, type Actor } from '#server/audit/record.ts'
import { db, type Transaction } from '#server/db.ts'
import { storedDocument, workflowNotFound } from '#server/workflows/find-workflow.ts'
import { loadCatalog } from '#server/workflows/load-catalog.ts'
import { asJson, lockDraft } from '#server/workflows/save-draft.ts'
import { tellEngine } from '#server/workflows/tell-engine.ts'
import { storeWebhooks } from '#server/workflows/webhook-rows.ts'

export interface PublishedFunction {
  slug: string
  version: number
  /** False when it kept its version. */
  changed: boolean
}

export interface Published {
  /** Counts the workflow's publishes. */
  version: number
  revision: number
  functions: PublishedFunction[]
  /** Slugs that start no new runs from now on. */
  removed: string[]
  /** Warnings; errors are thrown. */
  diagnostics: Diagnostic[]
}

export interface PublishOptions {
  /** The revision the person looked at; another one is a conflict. */
  revision?: number
  /** Only these functions; the others stay as they are published. Absent: the whole drawing. */
  functions?: string[]
  /** Why, for the history. */
  note?: string
  authorId: string | null
  /** Who is told of in the audit; absent: nobody asked for it, as with the examples of a new workspace. */
  by?: Actor
}

/** Throws `invalid_graph` with the diagnostics in its facts, and `conflict` when the draft moved on. */
export async function publish(workspaceId: string, workflowId: string, options: PublishOptions): Promise<Published> {
  const published = await db().$transaction((tx) => publishWithin(tx, workspaceId, workflowId, options), { timeout: 30_000 })
  tellEngine((engine) => {
    engine.routesChanged(workspaceId)
    engine.live.workflowChanged(workspaceId, workflowId)
  })
  return published
}

export async function publishWithin(tx: Transaction, workspaceId: string, workflowId: string, options: PublishOptions): Promise<Published> {
  await lockPublishing(tx, workspaceId)
  const draft = await lockDraft(tx, workspaceId, workflowId)
  if (options.revision !== undefined && options.revision !== draft.revision) {
    throw new FanwiseError('conflict', 'The draft was edited after you looked at it.', { field: 'revision', fix: 'Look at the changes, then publish again.', facts: { revision: draft.revision } })
  }
  const document = options.functions === undefined ? draft.document : await chosenDocument(tx, workspaceId, workflowId, draft.document, options.functions)
  const compiled = compile(document, await loadCatalog(workspaceId, workflowId, document, tx))
  refuseErrors(compiled)
  const functions: PublishedFunction[] = []
  for (const definition of compiled.functions) functions.push(await storeFunction(tx, workspaceId, workflowId, definition, options.authorId))
  const removed = await archiveOthers(tx, workspaceId, workflowId, compiled.functions.map((one) => one.slug))
  await storeWaitNames(tx, workspaceId, compiled.functions)
  await limitSharedLanes(tx, workspaceId)
  await tx.workspace.update({ where: { id: workspaceId }, data: { routeEpoch: { increment: 1 } } })
  const version = await markPublished(tx, workspaceId, workflowId, { document, revision: draft.revision }, options)
  await storeWebhooks(tx, workspaceId, workflowId, draft.document)
  await recordPublish(tx, workspaceId, workflowId, { version, functions, removed }, options)
  return { version, revision: draft.revision, functions, removed, diagnostics: compiled.diagnostics }
}

/** One publish at a time in a workspace: slugs are checked against all its workflows. Taken before any row lock. */
export async function lockPublishing(tx: Transaction, workspaceId: string): Promise<void> {
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended('publish ' || ${workspaceId}, 0))`
}

/** Throws `invalid_graph` with the first error's words and all findings in its facts. */
export function refuseErrors({ diagnostics }: Pick<Compiled, 'diagnostics'>, what: 'published' | 'tested' = 'published'): void {
  const errors = diagnostics.filter((one) => one.severity === 'error')
  const first = errors[0]
  if (first === undefined) return
  throw new FanwiseError('invalid_graph', errors.length === 1 ? first.message : `${errors.length} things keep it from being ${what}. The first: ${first.message}`, {
    field: `graph.nodes.${first.nodeId}${first.field === undefined ? '' : `.${first.field}`}`,
    fix: first.fix,
    facts: { diagnostics },
  })
}

async function storeFunction(tx: Transaction, workspaceId: string, workflowId: string, definition: FunctionDefinition, authorId: string | null): Promise<PublishedFunction> {
  const { slug, name, hash } = definition
  const row = await tx.function.findUnique({ where: { workspaceId_slug: { workspaceId, slug } } })
  const id = row?.id ?? newUuid()
  const last = row === null ? null : await tx.functionVersion.findFirst({ where: { workspaceId, functionId: id, version: { gt: 0 } }, orderBy: { version: 'desc' } })
  const same = last !== null && last.hash === hash
  const version = same ? last.version : (last?.version ?? 0) + 1
  if (row === null) await tx.function.create({ data: { workspaceId, id, workflowId, slug, name, currentVersion: version } })
  else await tx.function.update({ where: { workspaceId_id: { workspaceId, id } }, data: { workflowId, name, currentVersion: version, archivedAt: null } })
  if (!same) await tx.functionVersion.create({ data: { workspaceId, functionId: id, version, hash, definition: asJson(definition), createdBy: authorId } })
  else if (canonicalJson(last.definition) !== canonicalJson(definition)) {
    // Names for people and node ids follow the drawing; what the version does stays as it is.
    await tx.functionVersion.update({ where: { workspaceId_functionId_version: { workspaceId, functionId: id, version } }, data: { definition: asJson(definition) } })
  }
  await storeSchedules(tx, workspaceId, id, definition)
  // Lanes exist already once a function has run: its new limit holds for them from now on.
  // One that was set while it ran stays until the drawn one changes.
  const drawn = definition.concurrency?.limit ?? null
  const drawnBefore = (last?.definition as FunctionDefinition | undefined)?.concurrency?.limit ?? null
  const override = drawn !== null && drawn === drawnBefore ? (row?.limitOverride ?? null) : null
  if (row !== null && row.limitOverride !== override) await tx.function.update({ where: { workspaceId_id: { workspaceId, id } }, data: { limitOverride: override } })
  const cap = override ?? drawn
  await tx.$executeRaw`update lane set cap = ${cap}::int where workspace_id = ${workspaceId}::uuid and function_id = ${id}::uuid and cap is distinct from ${cap}::int`
  const second = definition.concurrency2
  if (second !== undefined && second.scope !== 'workspace') {
    await tx.$executeRaw`update lane set cap = ${second.limit}::int where workspace_id = ${workspaceId}::uuid and function_id = ${limitId(id, 'second')}::uuid and cap is distinct from ${second.limit}::int`
  }
  if (last !== null && throttleOf(last.definition) !== throttleOf(definition)) await emptyThrottleLines(tx, workspaceId, id)
  return { slug, version, changed: !same || row?.currentVersion !== version }
}

const throttleOf = (definition: unknown): string => canonicalJson((definition as FunctionDefinition).flow?.throttle)

/** Runs stand in line by the rule of before: they line up anew (engine/sql/hold.ts, hold-settle). The rows of a function have its time in front. */
async function emptyThrottleLines(tx: Transaction, workspaceId: string, functionId: string): Promise<void> {
  const [from, to] = [uuidFloor(uuidTime(functionId)), uuidFloor(uuidTime(functionId) + 1)]
  await tx.$executeRaw`with lines as materialized (
      select id from flow_key where workspace_id = ${workspaceId}::uuid and id >= ${from}::uuid and id < ${to}::uuid and function_id = ${functionId}::uuid and kind = 'throttle' order by id for update
    )
    update flow_key set line_until = null, count = 1, since = clock_timestamp() from lines where flow_key.workspace_id = ${workspaceId}::uuid and flow_key.id = lines.id`
}

/** A limit that functions of the workspace share is the smallest number any of them gives, from now on. */
export async function limitSharedLanes(tx: Transaction, workspaceId: string): Promise<void> {
  const rows = await tx.$queryRaw<{ definition: FunctionDefinition }[]>`
    select v.definition from function f join function_version v on v.workspace_id = f.workspace_id and v.function_id = f.id and v.version = f.current_version
    where f.workspace_id = ${workspaceId}::uuid and f.archived_at is null and strpos(v.definition::text, '"scope"') > 0`
  const caps = new Map<string, number>()
  for (const limit of rows.flatMap(({ definition }) => [definition.concurrency, definition.concurrency2])) {
    if (limit?.scope !== 'workspace') continue
    const key = limit.key ?? ''
    caps.set(key, Math.min(limit.limit, caps.get(key) ?? limit.limit))
  }
  for (const [key, cap] of caps) {
    await tx.$executeRaw`update lane set cap = ${cap}::int where workspace_id = ${workspaceId}::uuid and function_id = ${limitId(workspaceId, key)}::uuid and cap is distinct from ${cap}::int`
  }
}

/** Functions of this workflow beside those that are kept. Their history stays, and so do runs in flight. */
export async function archiveOthers(tx: Transaction, workspaceId: string, workflowId: string, kept: string[]): Promise<string[]> {
  const gone = await tx.function.findMany({ where: { workspaceId, workflowId, archivedAt: null, currentVersion: { not: null }, slug: { notIn: kept } }, select: { id: true, slug: true }, orderBy: { slug: 'asc' } })
  if (gone.length === 0) return []
  const ids = gone.map((one) => one.id)
  await tx.function.updateMany({ where: { workspaceId, id: { in: ids } }, data: { archivedAt: new Date(), currentVersion: null } })
  await tx.schedule.deleteMany({ where: { workspaceId, functionId: { in: ids } } })
  return gone.map((one) => one.slug)
}

/** A schedule that did not change keeps its next tick. */
async function storeSchedules(tx: Transaction, workspaceId: string, functionId: string, definition: FunctionDefinition): Promise<void> {
  const wanted = definition.triggers.flatMap((trigger) => (trigger.type === 'schedule' ? [trigger] : []))
  await tx.schedule.deleteMany({ where: { workspaceId, functionId, triggerId: { notIn: wanted.map((one) => one.id) } } })
  for (const { id: triggerId, cron, timezone, missed = 'last' } of wanted) {
    const key = { workspaceId, functionId, triggerId }
    const known = await tx.schedule.findUnique({ where: { workspaceId_functionId_triggerId: key } })
    if (known !== null && known.cron === cron && known.timezone === timezone && known.missed === missed) continue
    const sameTimes = known !== null && known.cron === cron && known.timezone === timezone
    const nextAt = sameTimes ? known.nextAt : nextTick(cron, timezone, new Date(databaseNow()))
    await tx.schedule.upsert({ where: { workspaceId_functionId_triggerId: key }, create: { ...key, cron, timezone, missed, nextAt }, update: { cron, timezone, missed, nextAt } })
  }
}

/** How many names were new. */
export async function storeWaitNames(tx: Transaction, workspaceId: string, definitions: FunctionDefinition[]): Promise<number> {
  const names = new Set(definitions.flatMap((one) => one.steps.flatMap((step) => stepDefinition(step.kind).waitsFor?.(step.config) ?? [])))
  if (names.size === 0) return 0
  return (await tx.waitName.createMany({ data: [...names].map((name) => ({ workspaceId, name })), skipDuplicates: true })).count
}

/** The published drawing with the chosen functions as the draft has them. Asked for one that neither has, it says so. */
async function chosenDocument(tx: Transaction, workspaceId: string, workflowId: string, draft: GraphDocument, slugs: string[]): Promise<GraphDocument> {
  const row = await tx.workflow.findUnique({ where: { workspaceId_id: { workspaceId, id: workflowId } }, select: { published: true } })
  const published = row === null || row.published === null ? emptyDocument() : storedDocument(row.published)
  const drawn = new Set([published, draft].flatMap((one) => Object.values(one.nodes).flatMap((node) => (node.type === 'function' ? [node.slug] : []))))
  const unknown = slugs.find((slug) => !drawn.has(slug))
  if (unknown !== undefined) throw new FanwiseError('bad_request', `There is no function "${unknown}" in this workflow.`, { field: 'functions', fix: 'Name functions of the draft, or published ones that the draft no longer has.' })
  return chooseFunctions(published, draft, slugs)
}

async function markPublished(tx: Transaction, workspaceId: string, workflowId: string, drawn: { document: GraphDocument; revision: number }, { functions, note, authorId }: PublishOptions): Promise<number> {
  const key = { workspaceId_id: { workspaceId, id: workflowId } }
  const row = await tx.workflow.findUnique({ where: key })
  if (row === null) throw workflowNotFound(workflowId)
  const { revision } = drawn
  if (functions === undefined && row.publishedRevision === revision) return row.publishedVersion
  const version = row.publishedVersion + 1
  const document = asJson(drawn.document)
  // A part of the draft is no revision of it: the draft stays ahead of what is published.
  await tx.workflow.update({ where: key, data: { published: document, publishedRevision: functions === undefined ? revision : null, publishedVersion: version, publishedAt: new Date() } })
  await tx.workflowSnapshot.createMany({ data: [{ workspaceId, workflowId, revision, reason: `publish v${version}`, document, authorId, note: note?.trim() || null }], skipDuplicates: true })
  return version
}

async function recordPublish(tx: Transaction, workspaceId: string, workflowId: string, { version, functions, removed }: Pick<Published, 'version' | 'functions' | 'removed'>, { by, note }: PublishOptions): Promise<void> {
  if (by === undefined) return
  const { slug, name } = await tx.workflow.findUniqueOrThrow({ where: { workspaceId_id: { workspaceId, id: workflowId } }, select: { slug: true, name: true } })
  const changed = functions.filter((one) => one.changed).map((one) => `${one.slug} v${one.version}`)
  await audit(tx, workspaceId, by, 'workflow.publish', slug, { name, version, functions: changed, removed, note: note?.trim() || undefined })
}

/** What a publish of the draft would do, without doing it. */
export async function checkDraft(workspaceId: string, workflowId: string): Promise<Diagnostic[]> {
  const row = await db().workflow.findFirst({ where: { workspaceId, id: workflowId } })
  if (row === null) throw workflowNotFound(workflowId)
  const draft = storedDocument(row.draft)
  return compile(draft, await loadCatalog(workspaceId, workflowId, draft)).diagnostics
}
