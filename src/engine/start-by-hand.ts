/** Starting functions without an event that matches: a call by name, a test of a draft. */
import { FanwiseError } from '#base/errors.ts'
import { newUuid } from '#base/ids.ts'
import type { JsonObject } from '#base/json.ts'
import type { Engine } from '#engine/api.ts'
import { runIdFor } from '#engine/derived-ids.ts'
import type { Ingest } from '#engine/ingest.ts'
import { routeOf, type Routes } from '#engine/match.ts'

export function startByHand(routes: Routes, ingest: Ingest): Pick<Engine, 'invoke' | 'testEvent'> {
  return {
    async invoke(workspaceId: string, functionSlug: string, data: JsonObject) {
      const table = await routes.get(workspaceId)
      const route = table.bySlug.get(functionSlug)
      if (route === undefined) {
        throw new FanwiseError('not_found', `There is no published function "${functionSlug}" in this workspace.`, { field: 'function', fix: 'Check the name, or publish its workflow.' })
      }
      const uuid = newUuid()
      const [event] = await ingest.accept(workspaceId, [{ name: 'fanwise/function.invoked', data, uuid }], { source: 'invoke', sourceRef: functionSlug }, { functionId: route.functionId })
      return { eventId: event!.id, runId: runIdFor(event!.id, route.mask) }
    },
    async testEvent(workspaceId, event, targets) {
      const routesOfTest = targets.map((target) => routeOf(target.functionId, target.slug, target.version, target.definition))
      const [stored] = await ingest.accept(workspaceId, [event], { source: 'ui', sourceRef: 'test' }, { routes: routesOfTest })
      return { eventId: stored!.id, runIds: routesOfTest.map((route) => runIdFor(stored!.id, route.mask)) }
    },
  }
}
