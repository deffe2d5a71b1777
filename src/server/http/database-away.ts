/** Errors that mean "the database does not answer just now": told as 503, so that senders come again. */
import { FanwiseError, toFanwiseError } from '#base/errors.ts'
import { isConnectionError, isTransient } from '#engine/connection.ts'

/** As toFanwiseError; a connection that broke or could not be had, and a server without room, become `unavailable`. */
export function toAnswer(thrown: unknown): FanwiseError {
  const error = toFanwiseError(thrown)
  if (error.code !== 'internal' || !(isConnectionError(thrown) || isTransient(thrown))) return error
  return new FanwiseError('unavailable', 'The database does not answer.', { fix: 'Try again in a few seconds.', retryAfterMs: 2000, cause: thrown })
}
