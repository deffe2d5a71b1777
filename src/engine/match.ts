/**
 * The routing table: event → functions, per workspace, cached with the workspace's route epoch.
 * Whoever stores events states the epoch used; a publish in between makes the store refuse, and
 * the batch is matched anew. So every function subscribed at that instant gets exactly one run.
 */
import type pg from 'pg'
import { compileCel, type CompiledCel } from '#expressions/cel.ts'
import type { FunctionDefinition } from '#graph/definition.ts'
import { laneId, runMask, type RunMask } from '#engine/derived-ids.ts'

export interface Route {
  functionId: string
  slug: string
  version: number
  mask: RunMask
  cap: number | null
  key: CompiledCel | null
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
    const table = overlay(base, rows)
    if (this.drafts.size >= draftTablesMax) this.drafts.clear()
    this.drafts.set(key, table)
    return table
  }

  private async load(workspaceId: string): Promise<RoutingTable> {
    const { rows } = await this.pool.query<{ epoch: number; functions: LoadedFunction[] | null; wait_names: string[] | null }>({
      name: 'routes-load',
      text: `select w.route_epoch as epoch,
          (select json_agg(json_build_object('id', f.id, 'slug', f.slug, 'version', v.version, 'definition', v.definition) order by f.id)
           from function f join function_version v on v.workspace_id = f.workspace_id and v.function_id = f.id and v.version = f.current_version
           where f.workspace_id = w.id and f.archived_at is null) as functions,
          (select array_agg(name) from wait_name n where n.workspace_id = w.id) as wait_names
        from workspace w where w.id = $1`,
      values: [workspaceId],
    })
    const row = rows[0]
    return buildTable(row?.epoch ?? 0, row?.functions ?? [], row?.wait_names ?? [])
  }
}

interface LoadedFunction {
  id: string
  slug: string
  version: number
  definition: FunctionDefinition
}

export function buildTable(epoch: number, functions: LoadedFunction[], waitNames: string[]): RoutingTable {
  const table: RoutingTable = { epoch, exact: new Map(), patterns: [], bySlug: new Map(), byId: new Map(), waitNames: new Set(waitNames) }
  for (const each of functions) addFunction(table, each)
  return table
}

function addFunction(table: RoutingTable, { id, slug, version, definition }: LoadedFunction): void {
  const route = routeOf(id, slug, version, definition)
  table.bySlug.set(slug, route)
  table.byId.set(id, route)
  for (const trigger of definition.triggers) {
    if (trigger.type !== 'event') continue
    const condition = trigger.if === undefined || trigger.if === '' ? null : storedCel(trigger.if)
    addSubscription(table, { route, name: trigger.event, condition })
  }
}

export function routeOf(functionId: string, slug: string, version: number, definition: FunctionDefinition): Route {
  const limit = definition.concurrency
  return {
    functionId, slug, version, mask: runMask(functionId),
    cap: limit?.limit ?? null,
    key: limit?.key === undefined || limit.key === '' ? null : storedCel(limit.key),
  }
}

/**
 * Publish has checked this text, maybe with an older CEL: if it is not understood any more it counts as
 * one that cannot be evaluated, instead of taking the whole workspace's routing down.
 */
function storedCel(text: string): CompiledCel {
  try {
    return compileCel(text)
  } catch (error) {
    return {
      references: [],
      evaluate() {
        throw error
      },
    }
  }
}

/** The base table without the workflow's published functions, with those of its draft. */
function overlay(base: RoutingTable, draft: { id: string; slug: string; version: number; definition: FunctionDefinition | null }[]): RoutingTable {
  const own = new Set(draft.map((each) => each.id))
  const others = (list: Subscription[]) => list.filter((subscription) => !own.has(subscription.route.functionId))
  const table: RoutingTable = {
    epoch: base.epoch,
    exact: new Map([...base.exact].map(([name, list]) => [name, others(list)])),
    patterns: others(base.patterns),
    bySlug: new Map([...base.bySlug].filter(([, route]) => !own.has(route.functionId))),
    byId: new Map([...base.byId].filter(([id]) => !own.has(id))),
    waitNames: base.waitNames,
  }
  for (const { definition, ...each } of draft) if (definition !== null) addFunction(table, { ...each, definition })
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
    if (subscription.condition !== null && !holds(subscription.condition, event)) return
    found.push(subscription.route)
  }
  exact?.forEach(consider)
  for (const subscription of table.patterns) {
    if (event.name.startsWith(subscription.name) && event.name.length > subscription.name.length) consider(subscription)
  }
  return found
}

function holds(condition: CompiledCel, event: MatchableEvent): boolean {
  try {
    return condition.evaluate({ event }) === true
  } catch {
    return false
  }
}

export interface LaneOf {
  id: string
  keyText: string | null
}

/**
 * The lane an event's run of this function waits in. A key that cannot be evaluated counts as the
 * key value null: such runs share one lane, so the limit still protects what it is there for.
 */
export function laneOf(route: Route, event: MatchableEvent): LaneOf {
  if (route.key === null) return { id: laneId(route.functionId, null, route.version), keyText: null }
  let value: unknown = null
  try {
    value = route.key.evaluate({ event })
  } catch {
    value = null
  }
  const keyText = typeof value === 'string' ? value : JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? Number(inner) : inner)) ?? 'null'
  const bounded = keyText.slice(0, 500)
  return { id: laneId(route.functionId, bounded, route.version), keyText: bounded }
}
