/** A definition's flow control, ready to be asked for every event. Null = runs start as soon as there is room. */
import { createHash } from 'node:crypto'
import { publicId } from '#base/ids.ts'
import { compileCel, type CompiledCel } from '#expressions/cel.ts'
import type { ConcurrencyLimit, FlowControl, FunctionDefinition } from '#graph/definition.ts'

export interface KeyedRule {
  key: CompiledCel | null
}

export interface CancelRule {
  event: string
  /** Keys below `event`: ['data', 'orderId']. */
  match: string[] | null
  condition: CompiledCel | null
  timeoutMs: number | null
}

export interface CompiledFlow {
  rateLimit: (KeyedRule & { limit: number; periodMs: number }) | null
  idempotency: KeyedRule | null
  singleton: (KeyedRule & { mode: 'skip' | 'cancel' }) | null
  debounce: (KeyedRule & { periodMs: number; timeoutMs: number | null }) | null
  batch: (KeyedRule & { size: number; timeoutMs: number; condition: CompiledCel | null }) | null
  priority: CompiledCel | null
  startTimeoutMs: number | null
  /** One of the first five is set: the decision needs the rows of flow_key. */
  remembers: boolean
}

export function compileFlow(definition: FunctionDefinition): CompiledFlow | null {
  const flow = definition.flow
  if (flow === undefined) return null
  const compiled: CompiledFlow = {
    rateLimit: flow.rateLimit === undefined ? null : { limit: flow.rateLimit.limit, periodMs: flow.rateLimit.periodMs, key: keyOf(flow.rateLimit) },
    idempotency: flow.idempotency === undefined ? null : { key: storedCel(flow.idempotency) },
    singleton: flow.singleton === undefined ? null : { mode: flow.singleton.mode, key: keyOf(flow.singleton) },
    debounce: flow.debounce === undefined ? null : { periodMs: flow.debounce.periodMs, timeoutMs: flow.debounce.timeoutMs ?? null, key: keyOf(flow.debounce) },
    batch: flow.batch === undefined ? null : { size: flow.batch.size, timeoutMs: flow.batch.timeoutMs, key: keyOf(flow.batch), condition: flow.batch.if === undefined ? null : storedCel(flow.batch.if) },
    priority: flow.priority === undefined ? null : storedCel(flow.priority),
    startTimeoutMs: flow.timeouts?.startMs ?? null,
    remembers: false,
  }
  compiled.remembers = [compiled.rateLimit, compiled.idempotency, compiled.singleton, compiled.debounce, compiled.batch].some((rule) => rule !== null)
  return compiled
}

export function cancelRule(rule: NonNullable<FlowControl['cancelOn']>[number]): CancelRule {
  return {
    event: rule.event,
    match: rule.match === undefined || rule.match === '' ? null : rule.match.replace(/^event\./, '').split(/\.|\[|\]/).filter((part) => part !== ''),
    condition: rule.if === undefined || rule.if === '' ? null : storedCel(rule.if),
    timeoutMs: rule.timeoutMs ?? null,
  }
}

const keyOf = (rule: { key?: string }): CompiledCel | null => (rule.key === undefined || rule.key === '' ? null : storedCel(rule.key))
export const limitKey = (limit: ConcurrencyLimit | undefined): CompiledCel | null => (limit === undefined ? null : keyOf(limit))

/**
 * Publish has checked this text, maybe with an older CEL: if it is not understood any more it counts as
 * one that cannot be evaluated, instead of taking the whole workspace's routing down.
 */
export function storedCel(text: string): CompiledCel {
  try {
    const compiled = compileCel(text)
    return compiled.references.some(({ path }) => path.length === 0 || path[0] === 'id') ? overPublicIds(compiled) : compiled
  } catch (error) {
    return {
      references: [], sameValue: null,
      evaluate() {
        throw error
      },
    }
  }
}

/** Ids as steps, pages and programs see them; what is stored and planned has UUIDs. */
function overPublicIds(compiled: CompiledCel): CompiledCel {
  return {
    references: compiled.references, sameValue: compiled.sameValue,
    evaluate: ({ event, async }) => compiled.evaluate({ event: withPublicId(event), ...(async === undefined ? {} : { async: withPublicId(async) }) }),
  }
}

/** An event as conditions read it. */
export function withPublicId(event: unknown): unknown {
  const { id } = event as { id?: unknown }
  return typeof id === 'string' && id[8] === '-' ? { ...(event as object), id: publicId('evt', id) } : event
}

const keyTextMax = 500

/**
 * The value of a key as text; null without a key. A key that cannot be evaluated counts as the value
 * null: such runs share one place, so the rule still protects what it is there for.
 */
export function keyText(key: CompiledCel | null, event: unknown): string | null {
  if (key === null) return null
  let value: unknown = null
  try {
    value = key.evaluate({ event })
  } catch {
    value = null
  }
  const text = typeof value === 'string' ? value : (JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? Number(inner) : inner)) ?? 'null')
  if (text.length <= keyTextMax) return text
  // Long values that begin alike (signed addresses) are still different values.
  const digest = createHash('sha256').update(text).digest('base64url')
  return `${text.slice(0, keyTextMax - digest.length - 1)}…${digest}`
}

/** A condition that cannot be evaluated does not hold. */
export function holds(condition: CompiledCel, scope: { event: unknown; async?: unknown }): boolean {
  try {
    return condition.evaluate(scope) === true
  } catch {
    return false
  }
}

const headStartMaxMs = 600_000

/** Seconds of head start as milliseconds; 0 when the expression gives no number. */
export function headStartMs(priority: CompiledCel | null, event: unknown): number {
  if (priority === null) return 0
  try {
    const seconds = Number(priority.evaluate({ event }))
    return Number.isFinite(seconds) ? Math.max(-headStartMaxMs, Math.min(headStartMaxMs, Math.round(seconds * 1000))) : 0
  } catch {
    return 0
  }
}
