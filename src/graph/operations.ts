/**
 * Edits as data. A change sets or deletes one addressable property of a document; an operation
 * is what one gesture changed. The server orders operations; applying them in that order gives
 * every reader the same document, whoever sent them.
 *
 * Promises: applyChanges never throws and always answers a valid document. What no longer makes
 * sense (a path under a removed node, a value of the wrong type) is skipped; edges to missing
 * nodes and steps of missing frames are dropped. Edits of different properties commute; of one text in
 * which people write (`isProse`) both edits are kept, of any other property the last one.
 */
import { z } from 'zod'
import { isJsonObject, jsonEqual, type Json } from '#base/json.ts'
import { isStorableText, shortText } from '#base/storable-text.ts'
import {
  eventNode, functionNode, graphEdge, graphNode, noteNode, orderEdge, scheduleNode, stepNode, subscriptionEdge,
  feedEdge, webhookNode, type GraphDocument, type GraphEdge, type GraphNode,
} from '#graph/document.ts'
import { mergeText } from '#graph/merge-text.ts'
import { isProse } from '#graph/prose.ts'
import { isStorable } from '#graph/storable.ts'

/** Longer texts are replaced as a whole. */
const proseMost = 200_000

const labelMost = 200
/** Of a part of a path: an operation with a longer one would be refused whole. */
const keyMost = 200

/** A label as it is kept. */
export const shortLabel = (label: string): string => shortText(label, labelMost)

export const change = z.object({
  /** `['nodes', id]`, `['nodes', id, field]`, `['nodes', id, 'config', field]`, and the same for edges. */
  path: z.array(z.string().min(1).max(keyMost)).min(2).max(4),
  /** Absent = delete. */
  value: z.json().optional(),
  /** The text that was edited, where people write: when another one stands there meanwhile, the two edits are merged. */
  was: z.string().max(proseMost).optional(),
})
export interface Change {
  path: string[]
  value?: Json
  was?: string
}

export const operation = z.object({
  clientId: z.string().min(1).max(64),
  /** Counts up per client from 1: a resent operation is recognised by it. */
  seq: z.number().int().min(0).max(2_147_483_647),
  label: z.string().max(20_000).transform(shortLabel),
  changes: z.array(change).max(50_000),
})
export interface Operation {
  clientId: string
  seq: number
  label: string
  changes: Change[]
}

/** Members of a node whose own members are addressed one by one. */
const opened = new Set(['config'])

/** The fewest changes that turn `before` into `after`. Frames come before their steps, nodes before edges. */
export function diffDocuments(before: GraphDocument, after: GraphDocument): Change[] {
  return [
    ...addedAndChanged('nodes', before.nodes, after.nodes),
    ...addedAndChanged('edges', before.edges, after.edges),
    ...removed('edges', before.edges, after.edges),
    ...removed('nodes', before.nodes, after.nodes),
  ]
}

function addedAndChanged(part: string, before: Record<string, unknown>, after: Record<string, unknown>): Change[] {
  const changes: Change[] = []
  for (const id of Object.keys(after).sort(frameFirst(after))) {
    const was = Object.hasOwn(before, id) ? before[id] : undefined
    const is = after[id]
    if (was === is) continue
    if (!isJsonObject(was) || !isJsonObject(is) || was.type !== is.type) {
      if (!jsonEqual(was, is)) changes.push({ path: [part, id], value: is as Json })
      continue
    }
    diffMembers([part, id], was, is, changes, is)
  }
  return changes
}

function frameFirst(nodes: Record<string, unknown>): (a: string, b: string) => number {
  const rank = (id: string) => ((nodes[id] as { type?: string }).type === 'step' ? 1 : 0)
  return (a, b) => rank(a) - rank(b) || (a < b ? -1 : 1)
}

function diffMembers(path: string[], was: Record<string, unknown>, is: Record<string, unknown>, changes: Change[], element: Record<string, unknown>): void {
  for (const key of new Set([...Object.keys(was), ...Object.keys(is)])) {
    const a = Object.hasOwn(was, key) ? was[key] : undefined
    const b = Object.hasOwn(is, key) ? is[key] : undefined
    if (a === b || jsonEqual(a, b) && (a === undefined) === (b === undefined)) continue
    if (b === undefined) changes.push({ path: [...path, key] })
    else if (path.length === 2 && opened.has(key) && isJsonObject(a) && isJsonObject(b)) diffMembers([...path, key], a, b, changes, element)
    else if (typeof a === 'string' && typeof b === 'string' && a.length <= proseMost && isProse(element, [...path, key])) changes.push({ path: [...path, key], value: b, was: a })
    else changes.push({ path: [...path, key], value: b as Json })
  }
}

function removed(part: string, before: Record<string, unknown>, after: Record<string, unknown>): Change[] {
  return Object.keys(before).filter((id) => !Object.hasOwn(after, id)).map((id) => ({ path: [part, id] }))
}

/** The document after the changes, applied in order. Unusable changes are skipped. */
export function applyChanges(document: GraphDocument, changes: readonly Change[]): GraphDocument {
  const nodes = { ...document.nodes }
  const edges = { ...document.edges }
  let changed = false
  for (const one of changes) {
    if (!isUsableChange(one)) continue
    const [part] = one.path
    if (part === 'nodes') changed = applyTo(nodes, one, readNode, nodeField) || changed
    else if (part === 'edges') changed = applyTo(edges, one, readEdge, edgeField) || changed
  }
  if (!changed) return document
  return normalise({ version: document.version, nodes, edges }, document)
}

/** The changes that undo `changes` on the document they were applied to, cascades included. */
export function invertChanges(before: GraphDocument, changes: readonly Change[]): Change[] {
  return diffDocuments(applyChanges(before, changes), before)
}

/** False when it is skipped whatever the drawing is: it leads nowhere, or holds what cannot be kept. */
export function isUsableChange(one: Change): boolean {
  if (typeof one !== 'object' || one === null || !Array.isArray(one.path) || one.path.length < 2 || one.path.length > 4) return false
  // Names that every object inherits would read as present where nothing is stored.
  return one.path.every((key) => typeof key === 'string' && key !== '' && key.length <= keyMost && !(key in Object.prototype) && isStorableText(key)) && isStorable(one.value) && isStorable(one.was)
}

function applyTo<T extends { id: string; type: string }>(
  map: Record<string, T>,
  { path, value, was }: Change,
  read: (value: unknown) => T | null,
  fieldSchema: (type: string, field: string) => z.ZodType | null,
): boolean {
  const [, id, field, member] = path as [string, string, string?, string?]
  const current = Object.hasOwn(map, id) ? map[id] : undefined
  if (field === undefined) {
    if (value === undefined) return delete map[id] && current !== undefined
    const parsed = read(value)
    if (parsed === null || parsed.id !== id) return false
    map[id] = parsed
    return true
  }
  if (current === undefined || field === 'id' || field === 'type') return false
  if (member !== undefined && !opened.has(field)) return false
  const schema = fieldSchema(current.type, field)
  if (schema === null) return false
  const holder = (current as Record<string, unknown>)[field]
  const there = member === undefined ? holder : isJsonObject(holder) && Object.hasOwn(holder, member) ? holder[member] : undefined
  const put = (text: Json | undefined): Json | undefined => (member === undefined ? text : withMember(holder, member, text))
  const merges = typeof was === 'string' && typeof there === 'string' && typeof value === 'string' && isProse(current, path)
  // Both edits together may be more than there is room for.
  const fitting = (merges ? [mergeText(was, there, value), value] : [value]).map(put).filter((one) => schema.safeParse(one).success)
  if (fitting.length === 0) return false
  const [next] = fitting
  const copy = { ...current } as Record<string, unknown>
  if (next === undefined) delete copy[field]
  else copy[field] = next
  map[id] = copy as T
  return true
}

function withMember(holder: unknown, member: string, value: Json | undefined): Json | undefined {
  const copy: Record<string, Json> = isJsonObject(holder) ? { ...holder } : {}
  if (value === undefined) delete copy[member]
  else copy[member] = value
  return copy
}

const nodeSchemas = {
  event: eventNode, webhook: webhookNode, schedule: scheduleNode, function: functionNode, step: stepNode, note: noteNode,
} as const
const edgeSchemas = { subscription: subscriptionEdge, feed: feedEdge, order: orderEdge } as const

function readNode(value: unknown): GraphNode | null {
  const parsed = graphNode.safeParse(value)
  return parsed.success ? parsed.data : null
}

function readEdge(value: unknown): GraphEdge | null {
  const parsed = graphEdge.safeParse(value)
  return parsed.success ? parsed.data : null
}

function nodeField(type: string, field: string): z.ZodType | null {
  return shapeMember(nodeSchemas[type as keyof typeof nodeSchemas].shape, field)
}

function edgeField(type: string, field: string): z.ZodType | null {
  return shapeMember(edgeSchemas[type as keyof typeof edgeSchemas].shape, field)
}

/** The most characters that a text of such a node can have; null for what is no text, or has no limit of its own. */
export function longestText(type: GraphNode['type'], field: string): number | null {
  let schema = nodeField(type, field)
  if (schema instanceof z.ZodOptional) schema = schema.unwrap() as z.ZodType
  return schema instanceof z.ZodString ? schema.maxLength : null
}

function shapeMember(shape: Record<string, unknown>, field: string): z.ZodType | null {
  return Object.hasOwn(shape, field) ? (shape[field] as z.ZodType) : null
}

/**
 * Drops steps without a frame and edges without ends. A step that was moved into a frame which
 * somebody else removed stays in the frame it came from, if that one is still there.
 */
function normalise(document: GraphDocument, before: GraphDocument): GraphDocument {
  const { nodes, edges } = document
  for (const [id, node] of Object.entries(nodes)) {
    if (node.type !== 'step' || isFrame(nodes, node.parent)) continue
    const old = Object.hasOwn(before.nodes, id) ? before.nodes[id] : undefined
    if (old?.type === 'step' && isFrame(nodes, old.parent)) nodes[id] = { ...node, parent: old.parent, position: old.position }
    else delete nodes[id]
  }
  for (const [id, edge] of Object.entries(edges)) {
    if (!Object.hasOwn(nodes, edge.source) || !Object.hasOwn(nodes, edge.target)) delete edges[id]
  }
  return document
}

function isFrame(nodes: Record<string, GraphNode>, id: string): boolean {
  return Object.hasOwn(nodes, id) && nodes[id]!.type === 'function'
}

/** Any JSON as a document: parsed, with what does not fit dropped; null when it is not one at all. */
export function readDocument(value: unknown): GraphDocument | null {
  if (!isJsonObject(value) || value.version !== 1 || !isJsonObject(value.nodes) || !isJsonObject(value.edges)) return null
  const changes: Change[] = []
  for (const part of ['nodes', 'edges'] as const) {
    for (const [id, member] of Object.entries(value[part] as Record<string, Json>)) changes.push({ path: [part, id], value: member })
  }
  return applyChanges({ version: 1, nodes: {}, edges: {} }, changes)
}
