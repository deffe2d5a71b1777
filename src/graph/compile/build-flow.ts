/** A frame's flow control as drawn (durations as text) → as the engine reads it (milliseconds). Checked before, by check-flow. */
import { parseDuration } from '#base/duration.ts'
import type { ConcurrencyLimit, FlowControl } from '#graph/definition.ts'
import type { FunctionNode } from '#graph/document.ts'

export function buildLimit({ limit, key, scope }: NonNullable<FunctionNode['concurrency']>): ConcurrencyLimit {
  return { limit, ...withKey(key), ...(scope === 'workspace' ? { scope } : {}) }
}

/** Undefined when nothing is set, so that such a function keeps the hash it had before flow control existed. */
export function buildFlow(node: FunctionNode): FlowControl | undefined {
  const flow: FlowControl = {}
  const { throttle, rateLimit, debounce, batch, singleton, cancelOn, timeouts } = node
  if (throttle !== undefined) flow.throttle = { limit: throttle.limit, periodMs: ms(throttle.period), burst: throttle.burst ?? 0, ...withKey(throttle.key) }
  if (rateLimit !== undefined) flow.rateLimit = { limit: rateLimit.limit, periodMs: ms(rateLimit.period), ...withKey(rateLimit.key) }
  if (debounce !== undefined) flow.debounce = { periodMs: ms(debounce.period), ...(blank(debounce.timeout) ? {} : { timeoutMs: ms(debounce.timeout!) }), ...withKey(debounce.key) }
  if (batch !== undefined) flow.batch = { size: batch.size, timeoutMs: ms(batch.timeout), ...withKey(batch.key), ...(blank(batch.if) ? {} : { if: batch.if!.trim() }) }
  if (!blank(node.priority)) flow.priority = node.priority!.trim()
  if (singleton !== undefined) flow.singleton = { mode: singleton.mode, ...withKey(singleton.key) }
  if (!blank(node.idempotency)) flow.idempotency = node.idempotency!.trim()
  if (cancelOn !== undefined && cancelOn.length > 0) {
    flow.cancelOn = cancelOn.map((one) => ({
      event: one.event.trim(),
      ...(blank(one.match) ? {} : { match: one.match!.trim() }), ...(blank(one.if) ? {} : { if: one.if!.trim() }),
      ...(blank(one.timeout) ? {} : { timeoutMs: ms(one.timeout!) }),
    }))
  }
  const start = blank(timeouts?.start) ? undefined : ms(timeouts!.start!)
  const finish = blank(timeouts?.finish) ? undefined : ms(timeouts!.finish!)
  if (start !== undefined || finish !== undefined) flow.timeouts = { ...(start === undefined ? {} : { startMs: start }), ...(finish === undefined ? {} : { finishMs: finish }) }
  if (!blank(node.onFailure)) flow.onFailure = node.onFailure!.trim()
  return Object.keys(flow).length === 0 ? undefined : flow
}

const blank = (text: string | undefined) => text === undefined || text.trim() === ''
const withKey = (key: string | undefined) => (blank(key) ? {} : { key: key!.trim() })
const ms = (text: string) => parseDuration(text) ?? 0
