/** Delay of the next attempt; decided once, stored, and never recomputed after a restart. */
import type { Backoff } from '#graph/definition.ts'

/**
 * @param retry number of the retry, from 1
 * @param random in [0, 1)
 * @param retryAfterMs what the other side asked for; it wins when it is longer
 */
export function retryDelayMs(backoff: Backoff, retry: number, random: number, retryAfterMs?: number): number {
  const plain = Math.min(backoff.maxMs, backoff.baseMs * backoff.factor ** (retry - 1))
  const spread = plain * (1 + backoff.jitter * (2 * random - 1))
  const asked = Math.min(retryAfterMs ?? 0, 86_400_000)
  return Math.max(0, Math.round(Math.max(spread, asked)))
}
