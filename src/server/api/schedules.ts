import { z } from 'zod'
import { FanwiseError } from '#base/errors.ts'
import { route, type ApiRoute } from '#server/api/route.ts'
import { listOf, schedule } from '#server/api/schemas.ts'
import { getEngine } from '#server/engine.ts'
import { deleteSchedule, getSchedule, listSchedules, putSchedule, scheduleBody, scheduleKey } from '#server/schedules/store.ts'

const tag = 'Schedules'
const newSchedule = scheduleBody.safeExtend({ key: scheduleKey })

export const scheduleRoutes: ApiRoute[] = [
  route({
    method: 'GET', path: '/schedules', operationId: 'listSchedules', summary: 'List schedules by key', tag,
    query: z.object({ cursor: z.string().max(200).optional(), limit: z.coerce.number().int().min(1).max(200).default(50) }),
    answers: { 200: { description: 'A page of schedules', schema: listOf(schedule) } },
    handle: async ({ workspaceId, query: { cursor, limit } }) => ({ status: 200, body: await listSchedules(getEngine().pool, workspaceId, { limit, ...(cursor ? { after: cursor } : {}) }) }),
  }),
  route({
    method: 'POST', path: '/schedules', operationId: 'createSchedule', summary: 'Make a schedule that sends an event', tag, body: newSchedule,
    answers: { 201: { description: 'The schedule with its next five ticks', schema: schedule } },
    async handle({ workspaceId, actor, body: { key, ...body } }) {
      return { status: 201, body: (await putSchedule(getEngine().pool, workspaceId, key, body, actor, { mustBeNew: true })).schedule }
    },
  }),
  route({
    method: 'GET', path: '/schedules/:key', operationId: 'getSchedule', summary: 'A schedule with its next five ticks', tag,
    answers: { 200: { description: 'The schedule', schema: schedule } },
    handle: async ({ workspaceId, path }) => ({ status: 200, body: await getSchedule(getEngine().pool, workspaceId, path.key!) }),
  }),
  route({
    method: 'PUT', path: '/schedules/:key', operationId: 'putSchedule', summary: 'Make a schedule, or replace the one of that key', tag, body: scheduleBody,
    answers: { 200: { description: 'Replaced', schema: schedule }, 201: { description: 'Made', schema: schedule } },
    async handle({ workspaceId, actor, path, body }) {
      const key = scheduleKey.safeParse(path.key)
      if (!key.success) throw new FanwiseError('bad_request', key.error.issues[0]!.message, { field: 'key', fix: 'Choose a key such as customer-42.' })
      const { schedule: stored, created } = await putSchedule(getEngine().pool, workspaceId, key.data, body, actor)
      return { status: created ? 201 : 200, body: stored }
    },
  }),
  route({
    method: 'DELETE', path: '/schedules/:key', operationId: 'deleteSchedule', summary: 'Remove a schedule', tag,
    answers: { 200: { description: 'Removed', schema: z.object({ removed: z.string() }) } },
    async handle({ workspaceId, actor, path }) {
      await deleteSchedule(getEngine().pool, workspaceId, path.key!, actor)
      return { status: 200, body: { removed: path.key! } }
    },
  }),
]
