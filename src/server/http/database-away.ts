/** Errors that mean "the database does not answer just now": told as 503, so that senders come again. */
import { FanwiseError, toFanwiseError } from '#base/errors.ts'
import { isConnectionError, isTransient } from '#engine/connection.ts'

/** As toFanwiseError; a connection that broke or could not be had, and a server without room, become `unavailable`. */
export function toAnswer(thrown: unknown): FanwiseError {
  const error = toFanwiseError(thrown)
  if (error.code !== 'internal' || !isAway(thrown)) return error
  return new FanwiseError('unavailable', 'The database does not answer.', { fix: 'Try again in a few seconds.', retryAfterMs: 2000, cause: thrown })
}

/** Prisma's codes for: cannot be reached, closed, no connection or no time left, a conflict that another try solves. */
const prismaAway = /^P(1001|1002|1008|1017|2024|2028|2034|2037)$/
/** The same as the driver names it, where Prisma's code says only that a raw statement failed. */
const driverAway = /^(DatabaseNotReachable|ConnectionClosed|SocketTimeout|TooManyConnections|TransactionWriteConflict)$/

function isAway(thrown: unknown): boolean {
  // These name a mistake of ours, whatever words are in them.
  if (typeof thrown !== 'object' || thrown === null || thrown instanceof TypeError || thrown instanceof RangeError || thrown instanceof SyntaxError) return false
  const { code, meta } = thrown as { code?: unknown; meta?: { driverAdapterError?: { cause?: { kind?: unknown; originalCode?: unknown } } } }
  const driver = meta?.driverAdapterError?.cause
  if (prismaAway.test(String(code)) || driverAway.test(String(driver?.kind))) return true
  return [thrown, ...(driver?.originalCode === undefined ? [] : [{ code: driver.originalCode }])].some((one) => isConnectionError(one) || isTransient(one))
}
