/**
 * What an emit per item will set off, before it does: runs, time at the limits of today, calls per outside host.
 * An estimate from what is drawn and from how long runs took lately; it says where it cannot know.
 */
import type { Json } from '#base/json.ts'
import { parseDuration } from '#base/duration.ts'
import { namedAmong, type KnownValues } from '#graph/compile/catalog.ts'
import type { FunctionDefinition } from '#graph/definition.ts'
import type { GraphDocument } from '#graph/document.ts'
import { stepsOf } from '#graph/edit/names.ts'
import { isAmongHosts } from '#graph/hosts.ts'
import { matchesEvent } from '#graph/links.ts'
import { isPath } from '#steps/http/base-path.ts'

/** A function that reacts to the event. */
export interface Consumer {
  slug: string
  /** Runs at once; null = as many as there is room for. */
  limit: number | null
  /** The same of a second limit, as far as that has no key. */
  second: number | null
  /** The limit holds for each value of a key, so how many run at once is not known. */
  keyed: boolean
  /** Starts in a period. */
  throttle: { limit: number; periodMs: number } | null
  /** Events that share a run. */
  batch: number
  /** A condition or a rule may keep some runs from starting. */
  atMost: boolean
  /** Calls of one run, by host; those without a host in the drawing are left out. */
  hosts: Record<string, number>
}

interface Calling {
  kind: string
  config: Record<string, Json>
}

/** Base address of a connection, as far as it is known. */
export type BaseOf = (connection: string) => string | undefined

export const baseIn = (values: KnownValues | undefined): BaseOf => (connection) => (values === undefined ? undefined : namedAmong(values.connections, connection)?.baseUrl)

/** Calls a minute that a host allows, as far as a connection says; the smallest number where several do. */
export type AllowedBy = (host: string) => number | null

export const allowedIn = (values: KnownValues | undefined): AllowedBy => (host) => {
  const numbers = (values?.connections ?? []).flatMap(({ hosts, callsPerMinute }) => (callsPerMinute !== undefined && isAmongHosts(hosts, host) ? [callsPerMinute] : []))
  return numbers.length === 0 ? null : Math.min(...numbers)
}

/** Host of each HTTP step whose address, or that of its connection, says one. A step that repeats counts once: how often is only known when it runs. */
export function hostsOf(steps: readonly Calling[], baseOf: BaseOf = () => undefined): Record<string, number> {
  const hosts: Record<string, number> = {}
  for (const { kind, config } of steps) {
    if (kind !== 'http') continue
    const host = /^\s*(?:https?|playground):\/\/([^/?#{}\s]+)(?=[/?#\s]|$)/i.exec(addressIn(config, baseOf))?.[1]?.replace(/^.*@/, '').toLowerCase()
    if (host !== undefined) hosts[host] = (hosts[host] ?? 0) + 1
  }
  return hosts
}

function addressIn(config: Record<string, Json>, baseOf: BaseOf): string {
  const url = String(config['url'] ?? '')
  if (!isPath(url)) return url
  return config['auth'] === 'connection' ? (baseOf(String(config['connection'] ?? '').trim()) ?? '') : ''
}

/** Functions of a drawing that an event of this name starts. */
export function drawnConsumers(document: GraphDocument, event: string, baseOf?: BaseOf): Consumer[] {
  const found = new Map<string, Consumer>()
  /** What takes every item by one of its lines, whatever the condition of another. */
  const always = new Set<string>()
  for (const edge of Object.values(document.edges)) {
    const source = edge.type === 'subscription' ? document.nodes[edge.source] : undefined
    const target = document.nodes[edge.target]
    if (edge.type !== 'subscription' || source?.type !== 'event' || target?.type !== 'function' || source.event === '' || !matchesEvent(source.event, event)) continue
    const periodMs = target.throttle === undefined ? null : parseDuration(target.throttle.period)
    if ((edge.if ?? '').trim() === '') always.add(target.id)
    found.set(target.id, {
      slug: target.slug, limit: target.concurrency?.limit ?? null, second: withoutKey(target.concurrency2), keyed: (target.concurrency?.key ?? '') !== '',
      throttle: target.throttle === undefined || target.throttle.limit < 1 || periodMs === null || (target.throttle.key ?? '') !== '' ? null : { limit: target.throttle.limit, periodMs },
      batch: target.batch?.size ?? 1,
      atMost: !always.has(target.id) || [target.rateLimit, target.debounce, target.singleton, target.idempotency].some((rule) => rule !== undefined),
      hosts: hostsOf(stepsOf(document, target.id), baseOf),
    })
  }
  return [...found.values()]
}

/** The same of a published function; null when it does not react to this name. */
export function publishedConsumer({ slug, triggers, concurrency, concurrency2, flow, steps }: FunctionDefinition, event: string, baseOf?: BaseOf): Consumer | null {
  const taking = triggers.filter((trigger) => trigger.type === 'event' && matchesEvent(trigger.event, event))
  if (taking.length === 0) return null
  return {
    slug, limit: concurrency?.limit ?? null, second: withoutKey(concurrency2), keyed: (concurrency?.key ?? '') !== '',
    throttle: flow?.throttle === undefined || (flow.throttle.key ?? '') !== '' ? null : { limit: flow.throttle.limit, periodMs: flow.throttle.periodMs },
    batch: flow?.batch?.size ?? 1,
    atMost: taking.every((trigger) => trigger.type === 'event' && (trigger.if ?? '').trim() !== '') || [flow?.rateLimit, flow?.debounce, flow?.singleton, flow?.idempotency].some((rule) => rule !== undefined),
    hosts: hostsOf(steps, baseOf),
  }
}

const withoutKey = (limit: { limit: number; key?: string | undefined } | undefined): number | null => (limit === undefined || (limit.key ?? '').trim() !== '' ? null : limit.limit)

export interface Price {
  items: number
  runs: number
  /** Some of these may not start. */
  atMost: boolean
  /** Until the last run has ended; null while no consumer has run, or its limit has a key. */
  ms: number | null
  /** The function that takes longest, and why. */
  slowest: { slug: string; because: 'limit' | 'throttle' | 'workers' } | null
  /** Functions that have not run lately: their time is not in `ms`. */
  unknown: string[]
  /** Calls by host, most first; a second = at the pace of the whole. `allowed`: calls a minute, null = not known. */
  calls: { host: string; calls: number; perSecond: number | null; allowed: number | null; tooFast: boolean }[]
}

/**
 * `durations` are what one run kept a place for, in milliseconds; `places` how many runs the workers execute at once.
 * Functions run side by side, so the slowest decides; those without a limit share the workers' places.
 */
export function priceOf(items: number, consumers: readonly Consumer[], durations: Record<string, number>, places: number, allowedBy: AllowedBy = () => null): Price {
  const runsOf = (one: Consumer): number => Math.ceil(items / Math.max(1, one.batch))
  const calls = new Map<string, number>()
  const unknown: string[] = []
  let runs = 0
  let work = 0
  let longest: { ms: number; slug: string; because: 'limit' | 'throttle' | 'workers' } | null = null
  for (const one of consumers) {
    const own = runsOf(one)
    runs += own
    for (const [host, n] of Object.entries(one.hosts)) calls.set(host, (calls.get(host) ?? 0) + n * own)
    const each = durations[one.slug]
    if (each === undefined || (one.limit !== null && one.keyed)) unknown.push(one.slug)
    else work += each * own
    for (const candidate of timesOf(one, own, each, places)) if (longest === null || candidate.ms > longest.ms) longest = candidate
  }
  // All of them together can be more than the workers have places for.
  const ms = longest === null ? null : Math.max(longest.ms, work / places)
  return {
    items, runs, atMost: consumers.some((one) => one.atMost), ms, unknown,
    slowest: longest === null ? null : { slug: longest.slug, because: ms !== null && ms > longest.ms ? 'workers' : longest.because },
    calls: [...calls].map(([host, n]) => calling(host, n, ms === null || unknown.length > 0 ? null : ms, allowedBy(host))).sort((a, b) => b.calls - a.calls || (a.host < b.host ? -1 : 1)),
  }
}

/** Faster than allowed: more calls than a minute allows, in less time than that takes. @param ms of the whole; null = not known */
function calling(host: string, calls: number, ms: number | null, allowed: number | null): Price['calls'][number] {
  return { host, calls, perSecond: ms === null || ms === 0 ? null : calls / (ms / 1000), allowed, tooFast: allowed !== null && ms !== null && calls > allowed && calls / allowed > ms / 60_000 }
}

function timesOf({ slug, limit, second, keyed, throttle }: Consumer, runs: number, each: number | undefined, places: number): { ms: number; slug: string; because: 'limit' | 'throttle' | 'workers' }[] {
  const paced = throttle === null ? [] : [{ ms: (Math.max(0, runs - throttle.limit) / throttle.limit) * throttle.periodMs, slug, because: 'throttle' as const }]
  if (each === undefined || (limit !== null && keyed)) return paced
  const allowed = Math.max(1, Math.min(limit ?? Infinity, second ?? Infinity))
  return [...paced, { ms: Math.ceil(runs / Math.min(allowed, places)) * each, slug, because: allowed <= places ? 'limit' : 'workers' }]
}
