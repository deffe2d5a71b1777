import { z } from 'zod'
import { FanwiseError } from '#base/errors.ts'
import { publicId } from '#base/ids.ts'
import { isJsonObject, type JsonObject } from '#base/json.ts'
import { getEngine } from '#server/engine.ts'
import { getEvent } from '#server/events/get-event.ts'
import { knownEvents } from '#server/events/known-names.ts'
import { listEvents } from '#server/events/list-events.ts'
import { matchEventsMost, matchShare } from '#server/events/match-share.ts'
import { newestFromWebhook } from '#server/events/from-webhook.ts'
import { eventSamples, sampleNamesMost, samplesMost } from '#server/events/samples.ts'
import { readEvents } from '#server/http/event-shape.ts'
import { pageInput } from '#server/page.ts'
import { asEditor, inWorkspace } from '#server/procedures.ts'
import { router } from '#server/trpc.ts'

const eventName = z.string().trim().min(1, 'Give the event a name, such as order/placed.').max(256, 'An event name has at most 256 characters.')

export const eventsRouter = router({
  list: inWorkspace
    .input(pageInput.extend({ name: z.string().max(256).optional(), since: z.number().optional() }))
    .query(({ ctx, input }) => listEvents(getEngine().pool, ctx.workspace.id, { name: input.name, since: input.since }, input)),
  get: inWorkspace.input(z.object({ id: z.string() })).query(({ ctx, input }) => getEvent(getEngine().pool, ctx.workspace.id, input.id)),
  known: inWorkspace.query(({ ctx }) => knownEvents(getEngine().pool, ctx.workspace.id)),
  /** Data of the last real events by name, newest first: the editor's compiler checks what is read against them. */
  samples: inWorkspace
    .input(z.object({ names: z.array(z.string().max(256)).max(sampleNamesMost), limit: z.number().int().min(1).max(samplesMost).default(samplesMost) }))
    .query(({ ctx, input }) => eventSamples(ctx.workspace.id, input.names, input.limit)),
  /** What share of the last events of a name a condition lets through; null while the condition cannot be read. */
  matchShare: inWorkspace
    .input(z.object({ event: z.string().max(256), condition: z.string().max(2000), limit: z.number().int().min(1).max(matchEventsMost).default(1000), days: z.number().int().min(1).max(30).optional() }))
    .query(({ ctx, input: { days, ...question } }) => matchShare(ctx.workspace.id, days === undefined ? question : { ...question, since: Date.now() - days * 86_400_000 })),
  /** The newest request that a webhook took; null until there is one. */
  fromWebhook: inWorkspace
    .input(z.object({ event: z.string().max(256), hookId: z.string().max(64) }))
    .query(({ ctx, input }) => newestFromWebhook(ctx.workspace.id, input.event, input.hookId)),
  /** `times`: so many events of the same data, to see functions gather them or hold them back. Answers the last of them. */
  send: asEditor.input(z.object({ name: eventName, data: z.json().default({}), times: z.int().min(1).max(50).default(1) })).mutation(async ({ ctx, input }) => {
    // What programs may not send, such as a name that Fanwise itself sends, nobody may.
    const [event] = readEvents({ name: input.name, data: checkData(input.data) })
    const accepted = await getEngine().ingest(ctx.workspace.id, Array.from({ length: input.times }, () => event!), { source: 'ui' })
    const last = accepted.at(-1)
    if (last === undefined) throw new FanwiseError('internal', 'The event was not stored.')
    return { id: publicId('evt', last.id), runs: accepted.reduce((sum, one) => sum + one.runs, 0) }
  }),
  sendAgain: asEditor.input(z.object({ id: z.string() })).mutation(async ({ ctx, input }) => {
    const event = await getEvent(getEngine().pool, ctx.workspace.id, input.id)
    const accepted = await getEngine().ingest(ctx.workspace.id, [{ name: event.name, data: checkData(event.data) }], { source: 'ui', sourceRef: event.id })
    const first = accepted[0]
    if (first === undefined) throw new FanwiseError('internal', 'The event was not stored.')
    return { id: publicId('evt', first.id), runs: first.runs }
  }),
})

function checkData(data: unknown): JsonObject {
  if (isJsonObject(data)) return data
  throw new FanwiseError('invalid_event', 'The data is not an object.', { field: 'data', fix: 'Write it as `{ "name": value }`.' })
}
