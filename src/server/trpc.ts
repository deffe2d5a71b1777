/**
 * tRPC set up once. Errors cross the wire as `data.fanwise = { code, message, field?, fix?, facts? }`;
 * anything that is not a FanwiseError is logged and says nothing of the inside.
 */
import { initTRPC, TRPCError } from '@trpc/server'
import { ZodError } from 'zod'
import { errorCodes, isFanwiseError, toFanwiseError, type ErrorShape, type FanwiseError } from '#base/errors.ts'
import type { SessionUser } from '#server/auth/session.ts'
import { toAnswer } from '#server/http/database-away.ts'

export interface RequestContext {
  /** Who asks, looked up at most once a request; null when nobody is signed in. */
  user(): Promise<SessionUser | null>
}

const t = initTRPC.context<RequestContext>().create({
  sse: { maxDurationMs: 10 * 60_000, ping: { enabled: true, intervalMs: 15_000 }, client: { reconnectAfterInactivityMs: 40_000 } },
  errorFormatter({ shape, error }) {
    const fanwise = describe(error)
    return { ...shape, message: fanwise.message, data: { ...shape.data, stack: undefined, fanwise } }
  },
})

function describe(error: TRPCError): ErrorShape {
  if (error.cause instanceof ZodError) {
    const issue = error.cause.issues[0]
    const field = issue?.path.join('.')
    return { code: 'bad_request', message: issue?.message ?? 'The request is not valid.', ...(field ? { field } : {}) }
  }
  if (isFanwiseError(error.cause)) return error.cause.toShape()
  if (error.code === 'NOT_FOUND') return { code: 'not_found', message: 'There is nothing here.' }
  if (error.code !== 'INTERNAL_SERVER_ERROR') return { code: 'bad_request', message: error.message }
  return toFanwiseError(undefined).toShape()
}

/** Gives errors of the domain their tRPC code. Also those of another module copy (engine, door). */
const translateErrors = t.middleware(async ({ next }) => {
  const result = await next()
  if (result.ok) return result
  const { cause, code } = result.error
  if (isFanwiseError(cause)) throw trpcErrorOf(cause)
  // Pages say that the database is away, and come again, instead of blaming the inside.
  const answer = code === 'INTERNAL_SERVER_ERROR' && cause !== undefined ? toAnswer(cause) : null
  if (answer?.code === 'unavailable') throw trpcErrorOf(answer)
  return result
})

/** What a call throws gets its code by itself; what ends an open stream has to be thrown with it. */
export const trpcErrorOf = (cause: FanwiseError): TRPCError => new TRPCError({ code: errorCodes[cause.code].trpc, message: cause.message, cause })

export const router = t.router
export const middleware = t.middleware
export const baseProcedure = t.procedure.use(translateErrors)
export const createCaller = t.createCallerFactory
