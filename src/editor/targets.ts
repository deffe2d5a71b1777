/** What a thing can be connected to, and where a step can go: for those who do not drag. Pure. */
import { nodeTitle } from '#canvas/describe.ts'
import type { FunctionNode, GraphDocument, GraphNode, OrderEdge, StepNode } from '#graph/document.ts'
import { lastStep, placeAfter } from '#graph/edit/add-node.ts'
import { connect } from '#graph/edit/connect.ts'
import { makeRoom } from '#graph/edit/make-room.ts'
import { setParent } from '#graph/edit/set-parent.ts'
import { moveOntoLine } from '#graph/edit/splice.ts'
import { stepPorts } from '#graph/ports.ts'
import { ownFunction } from '#graph/edit/own-function.ts'
import type { BesideOption } from './beside-list.tsx'
import { absolutePosition } from './drop.ts'

export interface Target extends BesideOption {
  /** What the edit is called. */
  edit: string
  /** What the keyboard goes to afterwards. */
  then: string
  apply(document: GraphDocument): GraphDocument
}

/** From top to bottom, and from left to right where several are as high. */
function read(document: GraphDocument): GraphNode[] {
  const corner = (node: GraphNode) => (node.type === 'step' ? absolutePosition(document, node, node.position) : node.position)
  return Object.values(document.nodes).sort((a, b) => {
    const [one, other] = [corner(a), corner(b)]
    return one.y - other.y || one.x - other.x
  })
}

const glyph = (node: GraphNode): Target['kind'] => (node.type === 'step' ? node.kind : node.type)
const inside = (document: GraphDocument, step: StepNode): string => (document.nodes[step.parent] as FunctionNode).slug || 'this function'

/** Where a line from here may lead. A function has no way out: for it, what may start it. */
export function connectTargets(document: GraphDocument, id: string): Target[] {
  const start = document.nodes[id]
  if (start === undefined || start.type === 'note') return []
  const others = read(document).filter((node) => node.id !== id)
  if (start.type === 'function') {
    return others.filter((node) => node.type === 'event' || node.type === 'schedule').flatMap((node) => line(document, node, start, { detail: 'starts it' }))
  }
  const ways = start.type === 'step' ? stepPorts(start) : []
  return others.filter((node) => !(node.type === 'step' && start.type !== 'step')).flatMap((node) => (
    node.type === 'step' && ways.length > 1 ? ways.flatMap((way) => line(document, start, node, { port: way.id, detail: `by the way "${way.label}"` })) : line(document, start, node)
  ))
}

function line(document: GraphDocument, source: GraphNode, target: GraphNode, { port, detail }: { port?: string; detail?: string } = {}): Target[] {
  const join = (before: GraphDocument): GraphDocument => {
    const joined = connect(before, { source: source.id, target: target.id, ...(port === undefined ? {} : { port }) })
    return 'document' in joined ? joined.document : before
  }
  if (join(document) === document) return []
  const named = detail === 'starts it' ? source : target
  return [{
    value: `${named.id} ${port ?? ''}`, label: nodeTitle(named), ...(detail === undefined ? {} : { detail }), kind: glyph(named),
    edit: `Connect ${nodeTitle(source)} to ${nodeTitle(target)}`, then: named.id, apply: join,
  }]
}

/** Where a step may go: to the end of another function, between two others, or into a function of its own. */
export function moveTargets(document: GraphDocument, id: string, taken: Iterable<string> = []): Target[] {
  const step = document.nodes[id]
  if (step?.type !== 'step') return []
  const functions = read(document).filter((node): node is FunctionNode => node.type === 'function')
  const ends = functions.filter((frame) => frame.id !== step.parent).map((frame): Target => ({
    value: frame.id, label: frame.slug || 'Function', detail: lastStep(document, frame.id) === undefined ? 'has no step yet' : `after ${nodeTitle(lastStep(document, frame.id)!)}`, kind: 'function',
    edit: `Move ${nodeTitle(step)} into ${frame.slug || 'another function'}`, then: id, apply: (before) => toEnd(before, step, frame.id),
  }))
  const own = ownFunction(document, [id], taken)
  const alone: Target[] = 'refused' in own ? [] : [{
    value: 'own', label: 'A function of its own', detail: 'started by the same events', keywords: 'un-nest out alone new', kind: 'function',
    edit: `Give ${nodeTitle(step)} a function of its own`, then: id, apply: (before) => ownAlone(before, id, taken),
  }]
  return [...ends, ...alone, ...between(document, step)]
}

function between(document: GraphDocument, step: StepNode): Target[] {
  const orders = Object.values(document.edges).filter((edge): edge is OrderEdge => edge.type === 'order' && edge.source !== step.id && edge.target !== step.id)
  return orders.flatMap((edge) => {
    const [source, target] = [document.nodes[edge.source], document.nodes[edge.target]]
    if (source?.type !== 'step' || target?.type !== 'step') return []
    const words = `between ${nodeTitle(source)} and ${nodeTitle(target)}`
    return [{
      value: edge.id, label: words.replace('b', 'B'), detail: `in ${inside(document, source)}`, kind: step.kind,
      edit: `Move ${nodeTitle(step)} ${words}`, then: step.id, apply: (before: GraphDocument) => makeRoom(before, moveOntoLine(before, edge.id, step.id)),
    }]
  })
}

/** Of the drawing as it is when it is chosen: what others did while the list was open stays. */
function ownAlone(before: GraphDocument, id: string, taken: Iterable<string>): GraphDocument {
  const own = ownFunction(before, [id], taken)
  return 'refused' in own ? before : own.document
}

/** After the last step of a function, which leads to it. */
function toEnd(document: GraphDocument, step: StepNode, frameId: string): GraphDocument {
  const last = lastStep(document, frameId)
  const moved = setParent(document, step.id, frameId, placeAfter(document, frameId, last))
  const joined = last === undefined ? null : connect(moved, { source: last.id, target: step.id })
  return makeRoom(document, joined !== null && 'document' in joined ? joined.document : moved)
}
