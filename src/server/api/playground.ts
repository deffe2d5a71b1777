import { FanwiseError } from '#base/errors.ts'
import { allSettings, changeSettings, receivedBy } from '#playground/store.ts'
import { isPlaygroundService, playgroundServices, type PlaygroundServiceName } from '#playground/services.ts'
import { route, type ApiRoute } from '#server/api/route.ts'
import { listOf, pageQuery, received, settings } from '#server/api/schemas.ts'
import { getEngine } from '#server/engine.ts'
import { cursorUuid } from '#server/page.ts'

const tag = 'Playground'

export const playgroundRoutes: ApiRoute[] = [
  route({
    method: 'PUT', path: '/playground/:service', operationId: 'setPlayground', summary: 'Tell a playground service how to answer', tag,
    body: settings,
    answers: { 200: { description: 'The settings from now on', schema: settings } },
    async handle({ workspaceId, path, body }) {
      const { pool } = getEngine()
      const service = serviceOf(path.service!)
      await changeSettings(pool, workspaceId, service, body)
      return { status: 200, body: (await allSettings(pool, workspaceId))[service] }
    },
  }),
  route({
    method: 'GET', path: '/playground/:service/received', operationId: 'listReceived', summary: 'What a playground service received, newest first', tag, query: pageQuery,
    answers: { 200: { description: 'A page of requests', schema: listOf(received) } },
    async handle({ workspaceId, path, query }) {
      // One of another list would be passed over, and the first page answered again and again.
      cursorUuid('req', query.cursor)
      return { status: 200, body: await receivedBy(getEngine().pool, workspaceId, serviceOf(path.service!), { limit: query.limit, ...(query.cursor ? { cursor: query.cursor } : {}) }) }
    },
  }),
]

function serviceOf(text: string): PlaygroundServiceName {
  if (isPlaygroundService(text)) return text
  throw new FanwiseError('not_found', `The playground has no service "${text}".`, { field: 'service', fix: `Use one of ${playgroundServices.join(', ')}.` })
}
