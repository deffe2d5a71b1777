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
})
export const functionNode = z.object({
  ...base, type: z.literal('function'), size,
  slug: z.string().max(80),
  name: z.string().max(120).optional(),
  retries: z.number().int(),
  backoff: z.object({ baseMs: z.number(), factor: z.number(), maxMs: z.number(), jitter: z.number() }).optional(),
  concurrency: z.object({ limit: z.number().int(), key: z.string().max(500).optional() }).optional(),
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
})
export const noteNode = z.object({
  ...base, type: z.literal('note'), size,
  text: z.string().max(10_000),
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
export type GraphNode = z.infer<typeof graphNode>
export type SubscriptionEdge = z.infer<typeof subscriptionEdge>
export type OrderEdge = z.infer<typeof orderEdge>
export type FeedEdge = z.infer<typeof feedEdge>
export type GraphEdge = z.infer<typeof graphEdge>
export type GraphDocument = z.infer<typeof graphDocument>

export const emptyDocument = (): GraphDocument => ({ version: documentVersion, nodes: {}, edges: {} })
