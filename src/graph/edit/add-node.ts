/**
 * Adding nodes. Every function answers the new document and the new node's id; an `id` may be
 * given, so that an edit can be repeated exactly. Slugs and step keys are made free.
 */
import type { Json, JsonObject } from '#base/json.ts'
import { newElementId } from '#base/ids.ts'
import type { FunctionNode, GraphDocument, GraphNode, OrderEdge, Position, StepNode } from '#graph/document.ts'
import { setCollapsed } from '#graph/edit/collapse.ts'
import { fitFrame } from '#graph/edit/fit-frame.ts'
import { freeName, keysOf, slugsOf, stepKeyMax, stepsOf, toSlug, toStepKey } from '#graph/edit/names.ts'
import { firstStep, frame, stepSize } from '#graph/sizes.ts'
import { stepDefinition } from '#steps/definitions.ts'
import type { StepKind } from '#steps/kind.ts'

export interface Added {
  document: GraphDocument
  id: string
}

interface Place {
  id?: string
  position: Position
}

export function addEvent(document: GraphDocument, args: Place & { event?: string; sample?: Json }): Added {
  const id = args.id ?? newElementId('n')
  const { event = '', sample } = args
  return put(document, { id, type: 'event', position: args.position, event, ...(sample === undefined ? {} : { sample }) })
}

export function addWebhook(document: GraphDocument, args: Place & { name?: string; hookId?: string; dedupePath?: string }): Added {
  const id = args.id ?? newElementId('n')
  const { name = 'Webhook', hookId = newHookId(), dedupePath } = args
  return put(document, { id, type: 'webhook', position: args.position, name, hookId, ...(dedupePath === undefined ? {} : { dedupePath }) })
}

/** 160 random bits: the address is the secret of a webhook. */
export function newHookId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32))
  let text = ''
  for (const byte of bytes) text += (byte % 32).toString(32)
  return text
}

export function addSchedule(document: GraphDocument, args: Place & { cron?: string; timezone?: string }): Added {
  const id = args.id ?? newElementId('n')
  return put(document, { id, type: 'schedule', position: args.position, cron: args.cron ?? '0 9 * * MON', timezone: args.timezone ?? 'UTC' })
}

export function addNote(document: GraphDocument, args: Place & { text?: string; size?: { w: number; h: number } }): Added {
  const id = args.id ?? newElementId('n')
  return put(document, { id, type: 'note', position: args.position, size: args.size ?? { w: 224, h: 64 }, text: args.text ?? '' })
}

export interface NewFunction extends Place {
  slug?: string
  name?: string
  retries?: number
  concurrency?: FunctionNode['concurrency']
  size?: { w: number; h: number }
  /** Slugs in use by the workspace's other workflows. */
  taken?: Iterable<string>
}

export function addFunction(document: GraphDocument, args: NewFunction): Added {
  const id = args.id ?? newElementId('n')
  const taken = new Set([...slugsOf(document), ...(args.taken ?? [])])
  return put(document, {
    id, type: 'function', position: args.position,
    size: args.size ?? { ...frame.min },
    slug: freeName(toSlug(args.slug ?? args.name ?? 'function'), taken, '-'),
    ...(args.name === undefined ? {} : { name: args.name }),
    retries: args.retries ?? 4,
    ...(args.concurrency === undefined ? {} : { concurrency: args.concurrency }),
  })
}

export interface NewStep {
  id?: string
  parent: string
  kind: StepKind
  /** Relative to the frame; absent = after `after`, or after the frame's last step. */
  position?: Position
  name?: string
  key?: string
  config?: JsonObject
  retries?: number
  /** Step it comes after; `'last'` = the frame's last step, if it has one. An order edge is made. */
  after?: string | 'last'
  /** Way out of that step; absent = its first. */
  port?: string
}

/** Answers the document unchanged, with the frame's id, when `parent` is not a function. */
export function addStep(document: GraphDocument, args: NewStep): Added {
  const parent = document.nodes[args.parent]
  if (parent?.type !== 'function') return { document, id: args.parent }
  const id = args.id ?? newElementId('n')
  const definition = stepDefinition(args.kind)
  const taken = keysOf(document, parent.id)
  const names = new Set(stepsOf(document, parent.id).map((step) => step.name))
  const name = args.name ?? freeName(definition.label, names, ' ')
  const before = previousStep(document, args)
  const step: StepNode = {
    id, type: 'step', parent: parent.id, kind: args.kind, name,
    position: args.position ?? placeAfter(document, parent.id, before),
    key: freeName(toStepKey(args.key ?? args.name ?? definition.kind), taken, '_', stepKeyMax),
    config: args.config ?? (structuredClone(definition.initial()) as JsonObject),
    ...(args.retries === undefined ? {} : { retries: args.retries }),
  }
  let next: GraphDocument = { ...document, nodes: { ...document.nodes, [id]: step } }
  if (before !== undefined && args.after !== undefined) {
    const edge: OrderEdge = { id: newElementId('e'), type: 'order', source: before.id, target: id, port: args.port ?? firstPort(before) }
    next = { ...next, edges: { ...next.edges, [edge.id]: edge } }
  }
  // What was just added is seen: a collapsed frame opens.
  return { document: fitFrame(setCollapsed(next, [parent.id], false), parent.id), id }
}

/** The first way out of a step; `out` when its config is too broken to say. */
export function firstPort(step: StepNode): string {
  return portsOf(step)[0] ?? 'out'
}

/** Ids of a step's ways out; `error` is one when its failure has a branch of its own. */
export function portsOf(step: StepNode): string[] {
  const error = step.onError === 'branch' ? ['error'] : []
  try {
    return [...stepDefinition(step.kind).ports(step.config).map((port) => port.id), ...error]
  } catch {
    return ['out', ...error]
  }
}

function previousStep(document: GraphDocument, args: NewStep): StepNode | undefined {
  if (args.after !== undefined && args.after !== 'last') {
    const named = document.nodes[args.after]
    return named?.type === 'step' && named.parent === args.parent ? named : undefined
  }
  return lastStep(document, args.parent)
}

/** The right-most step of a frame that nothing follows. */
export function lastStep(document: GraphDocument, frameId: string): StepNode | undefined {
  const followed = new Set(Object.values(document.edges).filter((edge) => edge.type === 'order').map((edge) => edge.source))
  const steps = stepsOf(document, frameId).sort((a, b) => b.position.x - a.position.x || a.position.y - b.position.y || (a.id < b.id ? -1 : 1))
  return steps.find((step) => !followed.has(step.id)) ?? steps[0]
}

/** Right of the step it follows, moved down until nothing is in the way. */
export function placeAfter(document: GraphDocument, frameId: string, before: StepNode | undefined): Position {
  if (before === undefined) return { ...firstStep }
  const x = before.position.x + stepSize(before.kind).w + frame.gapX
  let y = before.position.y
  const others = stepsOf(document, frameId)
  const blocked = () => others.some((step) =>
    Math.abs(step.position.y - y) < stepSize(step.kind).h + 4 && step.position.x < x + 124 && step.position.x + stepSize(step.kind).w > x)
  while (blocked() || leadsAstray(document, frameId, { x, y })) y += 56
  return { x: Math.ceil(x / 8) * 8, y }
}

/** Nearer than this, in one row, a step looks like the next one. */
const looksNext = 96

/** Whether a step here, which leads nowhere yet, would look as if it led to the one on its right. */
export function leadsAstray(document: GraphDocument, frameId: string, { x, y }: Position): boolean {
  const follows = new Set(Object.values(document.edges).flatMap((edge) => (edge.type === 'order' ? [edge.target] : [])))
  return stepsOf(document, frameId).some(({ id, kind, position }) => follows.has(id)
    && Math.abs(position.y - y) < stepSize(kind).h && position.x > x && position.x - x - stepSize(kind).w < looksNext)
}

function put(document: GraphDocument, node: GraphNode): Added {
  return { document: { ...document, nodes: { ...document.nodes, [node.id]: node } }, id: node.id }
}
