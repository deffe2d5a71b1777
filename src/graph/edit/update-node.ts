/** Changing a node's or an edge's own fields, and renaming a step together with what reads it. */
import type { z } from 'zod'
import { memberAt, type Json } from '#base/json.ts'
import type { GraphDocument, GraphEdge, GraphNode, StepNode } from '#graph/document.ts'
import { graphEdge, graphNode } from '#graph/document.ts'
import { freeName, isReservedKey, stepKeyMax, stepKeyPattern, stepsOf, toStepKey } from '#graph/edit/names.ts'
import { renameUnpacked } from '#graph/edit/rename-unpacked.ts'

/** Fields to set; `undefined` removes one. `config` is merged field by field. */
export type NodePatch = Record<string, unknown>

/** The document unchanged when the node is missing or the result would not be one of its type. */
export function updateNode(document: GraphDocument, id: string, patch: NodePatch): GraphDocument {
  const node = Object.hasOwn(document.nodes, id) ? document.nodes[id] : undefined
  if (node === undefined) return document
  const parsed = patched(node, patch)
  return parsed.success ? { ...document, nodes: { ...document.nodes, [id]: parsed.data } } : document
}

/** Why `updateNode` would leave the node as it is, in a sentence for whoever typed it; null when it would not. */
export function whyRefused(document: GraphDocument, id: string, patch: NodePatch): string | null {
  const node = Object.hasOwn(document.nodes, id) ? document.nodes[id] : undefined
  return node === undefined ? null : refusalWords(patched(node, patch), patch)
}

/** The same for the condition of a line. */
export function whyEdgeRefused(document: GraphDocument, id: string, patch: NodePatch): string | null {
  const edge = Object.hasOwn(document.edges, id) ? document.edges[id] : undefined
  return edge === undefined ? null : refusalWords(graphEdge.safeParse({ ...edge, ...patch }), patch)
}

function refusalWords({ error }: { error?: z.ZodError | undefined }, patch: NodePatch): string | null {
  const issue = error?.issues[0]
  if (issue === undefined) return null
  const text = memberAt(patch, issue.path.map(String))
  if (issue.code === 'too_big' && typeof text === 'string') {
    return `That has ${text.length.toLocaleString('en')} characters; ${Number(issue.maximum).toLocaleString('en')} is the most here. The field stays as it was.`
  }
  return 'That does not fit here. The field stays as it was.'
}

function patched(node: GraphNode, patch: NodePatch): z.ZodSafeParseResult<GraphNode> {
  const next: Record<string, unknown> = { ...node, ...patch, id: node.id, type: node.type }
  if (node.type === 'step') {
    next.parent = node.parent
    if (patch.config !== undefined) next.config = merged(node.config, patch.config as Record<string, Json | undefined>)
  }
  if (node.type === 'webhook') next.hookId = node.hookId
  for (const [key, value] of Object.entries(next)) if (value === undefined) delete next[key]
  return graphNode.safeParse(next)
}

export function updateEdge(document: GraphDocument, id: string, patch: NodePatch): GraphDocument {
  const edge = Object.hasOwn(document.edges, id) ? document.edges[id] : undefined
  if (edge === undefined) return document
  const next: Record<string, unknown> = { ...edge, ...patch, id: edge.id, type: edge.type, source: edge.source, target: edge.target }
  for (const [key, value] of Object.entries(next)) if (value === undefined) delete next[key]
  const parsed = graphEdge.safeParse(next)
  return parsed.success ? { ...document, edges: { ...document.edges, [id]: parsed.data as GraphEdge } } : document
}

/**
 * Gives a step a new key and rewrites `steps.<old key>` in the other steps of its function.
 * Refused when the key does not fit or is taken, so a half-typed key breaks nothing.
 */
export function renameStepKey(document: GraphDocument, id: string, key: string): { document: GraphDocument } | { refused: string } {
  const node = Object.hasOwn(document.nodes, id) ? document.nodes[id] : undefined
  if (node?.type !== 'step') return { refused: 'The step is no longer here.' }
  if (node.key === key) return { document }
  if (!stepKeyPattern.test(key) || key.length > stepKeyMax) return { refused: 'A key has letters, digits and _, and does not start with a digit.' }
  if (isReservedKey(key)) return { refused: `\`${key}\` is a name JavaScript keeps for itself. Choose another.` }
  const siblings = stepsOf(document, node.parent)
  if (siblings.some((step) => step.key === key)) return { refused: `Another step of this function already has the key \`${key}\`.` }
  const nodes: Record<string, GraphNode> = { ...document.nodes, [id]: { ...node, key } }
  for (const step of siblings) {
    if (step.id === id) continue
    const renamed = rewriteReads(step, new Map([[node.key, key]]))
    if (renamed !== step) nodes[step.id] = renamed
  }
  return { document: { ...document, nodes } }
}

/**
 * Names a step. A key that was made from its kind or its name follows, with what reads it, so that expressions say
 * what a step is about; not when it was chosen, or `keepKey` says that runs know it already.
 */
export function renameStep(document: GraphDocument, id: string, name: string, { keepKey = false }: { keepKey?: boolean } = {}): GraphDocument {
  const node = Object.hasOwn(document.nodes, id) ? document.nodes[id] : undefined
  const named = updateNode(document, id, { name })
  // A name that is not taken takes no key along.
  if (node?.type !== 'step' || named === document || keepKey || !isMadeKey(node)) return named
  const others = new Set(stepsOf(document, node.parent).filter((step) => step.id !== id).map((step) => step.key))
  const renamed = renameStepKey(named, id, freeName(toStepKey(name), others, '_', stepKeyMax))
  return 'document' in renamed ? renamed.document : named
}

function isMadeKey({ key, kind, name }: StepNode): boolean {
  const made = [toStepKey(kind), toStepKey(name)]
  return made.includes(key) || made.includes(key.replace(/_\d+$/, ''))
}

/** A step whose reads follow the renames: its config, and the list it goes through. The same step when nothing reads them. */
export function rewriteReads(step: StepNode, renames: ReadonlyMap<string, string>): StepNode {
  const config = renamedGathering(step, rewriteKeys(step.config, renames) as StepNode['config'], renames)
  const items = step.each === undefined ? undefined : rewriteKeys(step.each.items, renames) as string
  if (config === step.config && items === step.each?.items) return step
  return { ...step, config, ...(step.each === undefined || items === undefined ? {} : { each: { ...step.each, items } }) }
}

/** A gathering step names the key of a fan-out as such. */
function renamedGathering({ kind }: StepNode, config: StepNode['config'], renames: ReadonlyMap<string, string>): StepNode['config'] {
  const to = kind === 'gather' && typeof config.of === 'string' ? renames.get(config.of.trim()) : undefined
  return to === undefined ? config : { ...config, of: to }
}

function merged(config: StepNode['config'], patch: Record<string, Json | undefined>): StepNode['config'] {
  const next: StepNode['config'] = { ...config }
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined) delete next[key]
    else next[key] = value
  }
  return next
}

/** Outputs by their step's key, and addresses of approvals by theirs; also spread, as in `{ ...steps.lookup }`. */
const reading = /(?<![\w$])(?<!(?<!\.\.)\.)(steps|approvals)(?:(\s*\??\.\s*)([A-Za-z_$][\w$]*)|(\s*(?:\?\.)?\s*\[\s*)(["'`])([^"'`]*)\5(?=\s*\]))/g

/** `steps.<old>` becomes `steps.<new>`, and `approvals.<old>` likewise, also where they are taken apart, for all renames at once. The same value when nothing in it reads them. */
export function rewriteKeys(value: Json, renames: ReadonlyMap<string, string>): Json {
  const visit = (one: Json): Json => {
    if (typeof one === 'string') return renameUnpacked(one, renames).replace(reading, (all, root: string, dot?: string, name?: string, open?: string, quote?: string, quoted?: string) => {
      const to = renames.get(name ?? quoted ?? '')
      if (to === undefined) return all
      return dot === undefined ? `${root}${open}${quote}${to}${quote}` : `${root}${dot}${to}`
    })
    if (Array.isArray(one)) {
      const next = one.map(visit)
      return next.some((item, index) => item !== one[index]) ? next : one
    }
    if (typeof one !== 'object' || one === null) return one
    const entries = Object.entries(one).map(([key, item]) => [key, visit(item)] as const)
    return entries.some(([key, item]) => item !== one[key]) ? Object.fromEntries(entries) : one
  }
  return visit(value)
}
