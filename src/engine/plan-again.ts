/** A stored run that goes on, or once more: the line it waits in by now, and what may end it. */
import { FanwiseError } from '#base/errors.ts'
import { laneOf, type MatchableEvent, type Route, type Routes, type RoutingTable } from '#engine/match.ts'
import { cancelKeys, type PlannedRun } from '#engine/store-events.ts'

export interface Routed {
  table: RoutingTable
  route: Route
}

/**
 * What is published; a test of a draft goes on as that draft, whether its function was ever published or not.
 * @param gone said in a `conflict` when there is no such function any more
 */
export async function routeAgain(routes: Routes, workspaceId: string, functionId: string, version: number, gone: string): Promise<Routed> {
  const table = await (version < 0 ? routes.ofDraft(workspaceId, functionId, version) : routes.get(workspaceId))
  const route = table.byId.get(functionId)
  if (route === undefined) throw new FanwiseError('conflict', gone, { fix: 'Publish its workflow, then try again.' })
  return { table, route }
}

/** @param event the run's own */
export function planAgain({ table, route }: Routed, workspaceId: string, version: number, event: MatchableEvent): Omit<PlannedRun, 'runId'> {
  const lane = laneOf(route, workspaceId, event)
  return {
    workspaceId, route, version, eventId: event.id, laneId: lane.id, keyText: lane.keyText, ownerId: lane.ownerId, rules: false,
    parentRunId: null, parentStep: null, retryOf: null, cancelKeys: cancelKeys(table, route.functionId, version, event),
  }
}
