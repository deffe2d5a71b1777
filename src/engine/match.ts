/**
 * The routing table: event → functions, per workspace, cached with the workspace's route epoch.
 * Whoever stores events states the epoch used; a publish in between makes the store refuse, and
 * the batch is matched anew. So every function subscribed at that instant gets exactly one run.
 */
import type pg from 'pg'
import type { CompiledCel } from '#expressions/cel.ts'
import type { FunctionDefinition, Trial } from '#graph/definition.ts'
import { isUnder } from '#base/event-pattern.ts'
import { laneId, limitId, runMask, sharedLaneId, type RunMask } from '#engine/derived-ids.ts'
import { cancelsByEvent, type Cancels, type LoadedCancels } from '#engine/flow/cancel-rules.ts'
import { compileFlow, holds, keyText, limitKey, storedCel, type CompiledFlow } from '#engine/flow/compile-flow.ts'

export interface Route {
  functionId: string
  slug: string
  version: number
  mask: RunMask
  /** The route epoch its limits are of; null for a version that is not published. */
  epoch: number | null
  cap: number | null
  key: CompiledCel | null
  /** The key's text when the limit is shared with the workspace. */
  shared: string | null
  /** A second limit, asked for right before a run starts. */
  second: { cap: number; key: CompiledCel | null; shared: string | null } | null
  flow: CompiledFlow | null
}

interface Subscription {
  route: Route
  /** Exact name, or the part before `*`. */
  name: string
  condition: CompiledCel | null
}

export interface RoutingTable {
  epoch: number
  exact: Map<string, Subscription[]>
  patterns: Subscription[]
  bySlug: Map<string, Route>
  byId: Map<string, Route>
  /** Names that some wait step has ever listened for. */
  waitNames: Set<string>
  /** Functions whose open runs an event of this name may end. */
  cancels: Cancels
  /** A fan-out of more items waits until a person says go; null = none waits. */
  confirmAbove: number | null
  /** The workspace was deleted: nothing is accepted for it, and nothing reacts. */
  gone: boolean
}

export interface MatchableEvent {
  id: string
  name: string
  data: unknown
  ts: number
  v?: string
}

const tablesMax = 5000
const draftTablesMax = 200
/** Runs of older versions than these are not found by the events that would end them. */
const versionsThatCancel = 50

export class Routes {
  private readonly tables = new Map<string, RoutingTable | Promise<RoutingTable>>()
  private readonly drafts = new Map<string, RoutingTable>()

  constructor(private readonly pool: pg.Pool) {}

  get(workspaceId: string): RoutingTable | Promise<RoutingTable> {
    const known = this.tables.get(workspaceId)
    if (known !== undefined) return known
    if (this.tables.size >= tablesMax) this.tables.clear()
    const loading = this.load(workspaceId).then(
      (table) => {
        if (this.tables.get(workspaceId) === loading) this.tables.set(workspaceId, table)
        return table
      },
      (error) => {
        this.tables.delete(workspaceId)
        throw error
      },
    )
    this.tables.set(workspaceId, loading)
    return loading
  }

  /** The table if it is loaded, without waiting. */
  cached(workspaceId: string): RoutingTable | null {
    const known = this.tables.get(workspaceId)
    return known === undefined || known instanceof Promise ? null : known
  }

  forget(workspaceId: string): void {
    this.tables.delete(workspaceId)
  }

  /**
   * The table as a test run of a draft sees it: the functions of its workflow are those of that draft,
   * all others the published ones. `version` is the draft's negative number.
   */
  async ofDraft(workspaceId: string, functionId: string, version: number): Promise<RoutingTable> {
    const base = await this.get(workspaceId)
    const key = `${workspaceId}:${functionId}:${version}:${base.epoch}`
    const known = this.drafts.get(key)
    if (known !== undefined) return known
    const { rows } = await this.pool.query<LoadedFunction & { definition: FunctionDefinition | null }>({
      name: 'routes-load-draft',
      text: `select f.id::text, f.slug, v.version, v.definition from function f
        left join function_version v on v.workspace_id = f.workspace_id and v.function_id = f.id and v.version = $3
        where f.workspace_id = $1 and f.workflow_id = (select workflow_id from function where workspace_id = $1 and id = $2)`,
      values: [workspaceId, functionId, version],
    })
    const table = overlay(base, rows, rows.find((row) => row.id === functionId)?.definition?.trial?.reach ?? 'all')
    if (this.drafts.size >= draftTablesMax) this.drafts.clear()
    this.drafts.set(key, table)
    return table
  }

  private async load(workspaceId: string): Promise<RoutingTable> {
    const { rows } = await this.pool.query<{ epoch: number; gone: boolean; confirm_above: number | null; functions: LoadedFunction[] | null; wait_names: string[] | null; cancels: LoadedCancels[] | null }>({
      name: 'routes-load',
      text: `select w.route_epoch as epoch, w.deleted_at is not null as gone, w.confirm_above,
          (select json_agg(json_build_object('id', f.id, 'slug', f.slug, 'limitOverride', f.limit_override, 'version', v.version, 'definition', v.definition) order by f.id)
           from function f join function_version v on v.workspace_id = f.workspace_id and v.function_id = f.id and v.version = f.current_version
           where f.workspace_id = w.id and f.archived_at is null) as functions,
          (select array_agg(name) from wait_name n where n.workspace_id = w.id) as wait_names,
          (select json_agg(json_build_object('id', f.id, 'version', v.version, 'definition', v.definition))
           from function f cross join lateral (
             select version, definition from function_version x where x.workspace_id = f.workspace_id and x.function_id = f.id and x.version > 0 order by x.version desc limit ${versionsThatCancel}
           ) v where f.workspace_id = w.id and strpos(v.definition::text, '"cancelOn"') > 0) as cancels
        from workspace w where w.id = $1`,
      values: [workspaceId],
    })
    const row = rows[0]
    if (row?.gone !== false) return { ...buildTable(row?.epoch ?? 0, [], []), gone: true }
    return { ...buildTable(row.epoch, row.functions ?? [], row.wait_names ?? [], row.cancels ?? []), confirmAbove: row.confirm_above }
  }
}

interface LoadedFunction {
  id: string
  slug: string
  version: number
  definition: FunctionDefinition
  /** A limit that was set while it runs. */
  limitOverride?: number | null
}

export function buildTable(epoch: number, functions: LoadedFunction[], waitNames: string[], cancels: LoadedCancels[] = []): RoutingTable {
  const table: RoutingTable = { epoch, exact: new Map(), patterns: [], bySlug: new Map(), byId: new Map(), waitNames: new Set(waitNames), cancels: cancelsByEvent(cancels), confirmAbove: null, gone: false }
  for (const each of functions) addFunction(table, each)
  shareCaps(table)
  return table
}

/** Of the functions that share a limit, the smallest number holds for all. */
function shareCaps(table: RoutingTable): void {
  const smallest = new Map<string, number>()
  const limits = [...table.byId.values()].flatMap((route) => [{ shared: route.shared, cap: route.cap }, { shared: route.second?.shared ?? null, cap: route.second?.cap ?? null }])
  for (const { shared, cap } of limits) if (shared !== null && cap !== null) smallest.set(shared, Math.min(cap, smallest.get(shared) ?? cap))
  for (const route of table.byId.values()) {
    if (route.shared !== null) route.cap = smallest.get(route.shared) ?? route.cap
    if (route.second !== null && route.second.shared !== null) route.second.cap = smallest.get(route.second.shared) ?? route.second.cap
  }
}

function addFunction(table: RoutingTable, { id, slug, version, definition, limitOverride }: LoadedFunction): void {
  const route = routeOf(id, slug, version, definition)
  if (version > 0) route.epoch = table.epoch
  if (limitOverride != null && route.cap !== null && route.shared === null) route.cap = limitOverride
  table.bySlug.set(slug, route)
  table.byId.set(id, route)
  for (const trigger of definition.triggers) {
    if (trigger.type !== 'event') continue
    const condition = trigger.if === undefined || trigger.if === '' ? null : storedCel(trigger.if)
    addSubscription(table, { route, name: trigger.event, condition })
  }
}

export function routeOf(functionId: string, slug: string, version: number, definition: FunctionDefinition): Route {
  const { concurrency: limit, concurrency2: second } = definition
  const sharedKey = (one: typeof limit) => (one?.scope === 'workspace' ? (one.key ?? '') : null)
  return {
    functionId, slug, version, mask: runMask(functionId), epoch: null,
    cap: limit?.limit ?? null, key: limitKey(limit), shared: sharedKey(limit),
    second: second === undefined ? null : { cap: second.limit, key: limitKey(second), shared: sharedKey(second) },
    flow: compileFlow(definition),
  }
}

/**
 * The base table without the workflow's published functions, with those of its draft. A test may keep its
 * events from the functions of others, or from all; calls by name find their function all the same.
 */
function overlay(base: RoutingTable, draft: { id: string; slug: string; version: number; definition: FunctionDefinition | null }[], reach: Trial['reach']): RoutingTable {
  const own = new Set(draft.map((each) => each.id))
  const others = (list: Subscription[]) => (reach === 'all' ? list.filter((subscription) => !own.has(subscription.route.functionId)) : [])
  const table: RoutingTable = {
    epoch: base.epoch,
    exact: new Map([...base.exact].map(([name, list]) => [name, others(list)])),
    patterns: others(base.patterns),
    bySlug: new Map([...base.bySlug].filter(([, route]) => !own.has(route.functionId))),
    byId: new Map([...base.byId].filter(([id]) => !own.has(id))),
    waitNames: base.waitNames,
    cancels: base.cancels,
    confirmAbove: base.confirmAbove,
    gone: base.gone,
  }
  for (const { definition, ...each } of draft) {
    if (definition !== null) addFunction(table, { ...each, definition: reach === 'nobody' ? { ...definition, triggers: [] } : definition })
  }
  return table
}

function addSubscription(table: RoutingTable, subscription: Subscription): void {
  if (subscription.name.endsWith('*')) {
    table.patterns.push({ ...subscription, name: subscription.name.slice(0, -1) })
    return
  }
  const list = table.exact.get(subscription.name)
  if (list === undefined) table.exact.set(subscription.name, [subscription])
  else list.push(subscription)
}

/** The functions an event starts, each once, in a stable order. A condition that fails to evaluate does not match. */
export function matchRoutes(table: RoutingTable, event: MatchableEvent): Route[] {
  const exact = table.exact.get(event.name)
  if (exact === undefined && table.patterns.length === 0) return []
  const found: Route[] = []
  const consider = (subscription: Subscription) => {
    if (found.includes(subscription.route)) return
    if (subscription.condition !== null && !holds(subscription.condition, { event })) return
    found.push(subscription.route)
  }
  exact?.forEach(consider)
  for (const subscription of table.patterns) {
    if (isUnder(subscription.name, event.name)) consider(subscription)
  }
  return found
}

export interface LaneOf {
  id: string
  keyText: string | null
  /** What publish finds the lane by when the limit changes: the function, or the shared limit. */
  ownerId: string
}

/** The lane an event's run of this function waits in. Tests of drafts have lanes of their own. */
export function laneOf(route: Route, workspaceId: string, event: MatchableEvent): LaneOf {
  const text = keyText(route.key, event)
  if (route.shared !== null && route.version > 0) return { id: sharedLaneId(workspaceId, route.shared, text), keyText: text, ownerId: limitId(workspaceId, route.shared) }
  return { id: laneId(route.functionId, text, route.version), keyText: text, ownerId: route.functionId }
}

/** The lane that counts a function's second limit; no run waits in it. */
export function secondLaneOf(route: Route, workspaceId: string, event: MatchableEvent): LaneOf & { cap: number } {
  const { key, shared, cap } = route.second!
  const text = keyText(key, event)
  if (shared !== null && route.version > 0) return { id: sharedLaneId(workspaceId, shared, text), keyText: text, ownerId: limitId(workspaceId, shared), cap }
  const owner = limitId(route.functionId, 'second')
  return { id: laneId(owner, text, route.version), keyText: text, ownerId: owner, cap }
}
