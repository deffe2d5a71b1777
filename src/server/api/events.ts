import { z } from 'zod'
import { FanwiseError } from '#base/errors.ts'
import { publicId } from '#base/ids.ts'
import { route, type ApiRoute } from '#server/api/route.ts'
import { runBody } from '#server/api/runs.ts'
import { event, eventSummary, listOf, moment, newEvent, pageQuery } from '#server/api/schemas.ts'
import { getEngine } from '#server/engine.ts'
import { getEvent } from '#server/events/get-event.ts'
import { listEvents } from '#server/events/list-events.ts'
import { bodyBytesMax, eventBytesMax, readEvents } from '#server/http/event-shape.ts'

const tag = 'Events'

const listQuery = pageQuery.extend({
  name: z.string().max(256).optional().describe('A name, or the beginning of one with * behind it: order/*'),
  since: moment('since').optional().describe('Received at or after this time'),
})

export const eventRoutes: ApiRoute[] = [
  route({
    method: 'GET', path: '/events', operationId: 'listEvents', summary: 'List events, newest first, with what became of their runs', tag, query: listQuery,
    answers: { 200: { description: 'A page of events', schema: listOf(eventSummary) } },
    async handle({ workspaceId, query: { name, since, cursor, limit } }) {
      const page = await listEvents(getEngine().pool, workspaceId, { name, since }, { limit, ...(cursor ? { cursor } : {}) })
      return { status: 200, body: { data: page.data.map(({ key: _key, ...one }) => one), nextCursor: page.nextCursor } }
    },
  }),
  route({
    method: 'POST', path: '/events', operationId: 'sendEvents', summary: 'Send one event or an array of at most 5,000, all or nothing', tag,
    bodyBytesMax,
    body: z.union([newEvent, z.array(newEvent)]),
    answers: { 200: { description: 'Stored; the ids are in the order sent', schema: z.object({ ids: z.array(z.string()) }) } },
    async handle({ workspaceId, body, headers }) {
      const events = readEvents(body)
      if (!(Number(headers['content-length']) <= eventBytesMax)) checkSizes(events)
      const stored = await getEngine().ingest(workspaceId, events, { source: 'api' })
      return { status: 200, body: { ids: stored.map((one) => publicId('evt', one.id)) } }
    },
  }),
  route({
    method: 'GET', path: '/events/:id', operationId: 'getEvent', summary: 'An event and the runs it started', tag,
    answers: { 200: { description: 'The event with its newest 200 runs', schema: event } },
    async handle({ workspaceId, path }) {
      const { id, name, data, ts, v, clientId, source, emittedBy, receivedAt, runs, joined } = await getEvent(getEngine().pool, workspaceId, path.id!)
      return { status: 200, body: { id, name, data, ts, v, clientId, source, emittedBy, receivedAt, runs: runs.map(runBody), joined } }
    },
  }),
]

/** Only a body of more than one event's size can hold an event that is too large. */
function checkSizes(events: unknown[]): void {
  events.forEach((one, index) => {
    const bytes = Buffer.byteLength(JSON.stringify(one))
    if (bytes <= eventBytesMax) return
    throw new FanwiseError('too_large', `Event [${index}] has ${Math.ceil(bytes / 1024)} KB; 1 MB is the most.`, { field: `[${index}].data`, fix: 'Store the bulk elsewhere and send its address.' })
  })
}
