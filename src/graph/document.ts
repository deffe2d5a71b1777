/**
 * The drawn document: one workflow's graph. Nodes and edges are maps by id so that two
 * people's edits touch different members, and every field is addressable by a path
 * (see operations.ts). The emit → event link is derived from names, never stored.
 */
import { z } from 'zod'
import { stepKinds } from '#steps/kind.ts'

export const documentVersion = 1

const position = z.object({ x: z.number(), y: z.number() })
const size = z.object({ w: z.number().positive(), h: z.number().positive() })
const id = z.string().min(1).max(64)
const base = { id, position }

export const eventNode = z.object({
  ...base, type: z.literal('event'),
  /** Event name or a pattern ending in `/*` or `.*`. */
  event: z.string().max(256),
  /** Example payload for tests and completion. */
  sample: z.json().optional(),
})
export const webhookNode = z.object({
  ...base, type: z.literal('webhook'),
  name: z.string().max(120),
  /** Path token of POST /hooks/:hookId, made when the node is added, never changed. */
  hookId: z.string().min(8).max(64),
  /** Path in the body whose value makes a redelivery harmless, e.g. `id`. */
  dedupePath: z.string().max(200).optional(),
})
export const scheduleNode = z.object({
  ...base, type: z.literal('schedule'),
  cron: z.string().max(255),
  timezone: z.string().max(64),
  /** Ticks missed while nothing ran; absent = last. */
  missed: z.enum(['skip', 'last', 'all']).optional(),
})
/** Durations in the document are text as people write it: 30s, 5m, 2h. Keys and conditions are CEL over `event`. */
const duration = z.string().max(60)
const cel = z.string().max(2000)
const concurrency = z.object({
  limit: z.number().int(),
  key: z.string().max(500).optional(),
  /** `workspace` shares the limit with every function that has the same key text and this scope. */
  scope: z.enum(['function', 'workspace']).optional(),
})
/** What decides when, and whether, a run starts (semantics: docs/flow-control.md). */
export const flowControl = {
  throttle: z.object({ limit: z.number().int(), period: duration, burst: z.number().int().optional(), key: cel.optional() }).optional(),
  rateLimit: z.object({ limit: z.number().int(), period: duration, key: cel.optional() }).optional(),
  debounce: z.object({ period: duration, timeout: duration.optional(), key: cel.optional() }).optional(),
  batch: z.object({ size: z.number().int(), timeout: duration, key: cel.optional(), if: cel.optional() }).optional(),
  /** CEL that gives seconds of head start, −600 to 600. */
  priority: cel.optional(),
  singleton: z.object({ mode: z.enum(['skip', 'cancel']), key: cel.optional() }).optional(),
  /** CEL; at most one run per value in 24 hours. */
  idempotency: cel.optional(),
  cancelOn: z.array(z.object({ event: z.string().max(256), match: z.string().max(200).optional(), if: cel.optional(), timeout: duration.optional() })).max(20).optional(),
  timeouts: z.object({ start: duration.optional(), finish: duration.optional() }).optional(),
  /** Slug of the function that is called when a run of this one has failed. */
  onFailure: z.string().max(80).optional(),
}
const backoff = z.object({ baseMs: z.number(), factor: z.number(), maxMs: z.number(), jitter: z.number() })
export const functionNode = z.object({
  ...base, type: z.literal('function'), size,
  slug: z.string().max(80),
  name: z.string().max(120).optional(),
  /** Drawn small, its steps as a strip. Only the drawing knows: nothing that runs changes by it. */
  collapsed: z.literal(true).optional(),
  retries: z.number().int(),
  backoff: backoff.optional(),
  concurrency: concurrency.optional(),
  /** A second limit; a run starts when both have room. */
  concurrency2: concurrency.optional(),
  ...flowControl,
})
export const stepNode = z.object({
  ...base, type: z.literal('step'),
  /** The function frame it lives in; its position is relative to that frame. */
  parent: id,
  /** Name in expressions: steps.<key>. */
  key: z.string().max(64),
  name: z.string().max(120),
  kind: z.enum(stepKinds),
  config: z.record(z.string(), z.json()),
  retries: z.number().int().optional(),
  backoff: backoff.optional(),
  /** Output that tests of the drawing take instead of running the step. Published functions never see it. */
  pinned: z.json().optional(),
  /** When it has failed for good: the run fails (absent), goes on by `out`, or by the port `error`. */
  onError: z.enum(['fail', 'continue', 'branch']).optional(),
  /** Runs once for each item of a list, with `item` and `index` in scope; the output is the list of outputs. */
  each: z.object({
    /** A template that gives the list, at most 1,000 items. */
    items: z.string().max(4000),
    /** Items at once, 1–100. */
    concurrency: z.number().int(),
    /** `continue`: a failed item becomes { error } in the list. Absent: it fails the step. */
    onError: z.enum(['fail', 'continue']).optional(),
  }).optional(),
})
/** By name, so that a file says them and each theme has its own. */
export const noteColours = ['yellow', 'blue', 'violet', 'pink', 'brown'] as const
export const noteNode = z.object({
  ...base, type: z.literal('note'), size,
  text: z.string().max(10_000),
  /** Absent: plain. */
  colour: z.enum(noteColours).optional(),
})
export const graphNode = z.discriminatedUnion('type', [
  eventNode, webhookNode, scheduleNode, functionNode, stepNode, noteNode,
])

/** Event or schedule → function. */
export const subscriptionEdge = z.object({
  id, type: z.literal('subscription'), source: id, target: id,
  /** CEL over `event`. */
  if: z.string().max(2000).optional(),
})
/** Webhook → event. */
export const feedEdge = z.object({ id, type: z.literal('feed'), source: id, target: id })
/** Step → step of the same frame; `port` is the way out of the source (`out`, or a branch). */
export const orderEdge = z.object({ id, type: z.literal('order'), source: id, target: id, port: z.string().max(64) })
export const graphEdge = z.discriminatedUnion('type', [subscriptionEdge, feedEdge, orderEdge])

export const graphDocument = z.object({
  version: z.literal(documentVersion),
  nodes: z.record(id, graphNode),
  edges: z.record(id, graphEdge),
})

export type Position = z.infer<typeof position>
export type EventNode = z.infer<typeof eventNode>
export type WebhookNode = z.infer<typeof webhookNode>
export type ScheduleNode = z.infer<typeof scheduleNode>
export type FunctionNode = z.infer<typeof functionNode>
export type StepNode = z.infer<typeof stepNode>
export type NoteNode = z.infer<typeof noteNode>
export type NoteColour = (typeof noteColours)[number]
export type GraphNode = z.infer<typeof graphNode>
export type SubscriptionEdge = z.infer<typeof subscriptionEdge>
export type OrderEdge = z.infer<typeof orderEdge>
export type FeedEdge = z.infer<typeof feedEdge>
export type GraphEdge = z.infer<typeof graphEdge>
export type GraphDocument = z.infer<typeof graphDocument>

export const emptyDocument = (): GraphDocument => ({ version: documentVersion, nodes: {}, edges: {} })
