/** Two drawings as one, with what came, went and changed marked: the picture of a review. */
import { jsonEqual } from '#base/json.ts'
import type { GraphDocument, GraphEdge, GraphNode, StepNode } from '#graph/document.ts'
import { fitFrame } from '#graph/edit/fit-frame.ts'
import { makeRoom, standClear } from '#graph/edit/make-room.ts'
import { stepsOf } from '#graph/edit/names.ts'
import { stepSize } from '#graph/sizes.ts'
import { countKinds } from '../count-kinds.ts'

export type Mark = 'added' | 'changed' | 'removed'

export interface MergedDrawings {
  document: GraphDocument
  /** By node and edge id. */
  marks: Record<string, Mark>
}

const stepGap = 12

export function mergeDrawings(before: GraphDocument, after: GraphDocument): MergedDrawings {
  const marks: Record<string, Mark> = {}
  const document: GraphDocument = { version: after.version, nodes: { ...after.nodes }, edges: { ...after.edges } }
  for (const node of Object.values(after.nodes)) {
    const was = before.nodes[node.id]
    if (was === undefined) marks[node.id] = 'added'
    else if (!jsonEqual(meaning(was), meaning(node))) marks[node.id] = 'changed'
  }
  for (const node of Object.values(before.nodes)) {
    if (after.nodes[node.id] !== undefined) continue
    marks[node.id] = 'removed'
    document.nodes[node.id] = node
  }
  for (const edge of Object.values(after.edges)) {
    const was = before.edges[edge.id]
    if (was === undefined) marks[edge.id] = twin(before, edge) ? 'changed' : 'added'
    else if (!jsonEqual(was, edge)) marks[edge.id] = 'changed'
  }
  for (const edge of Object.values(before.edges)) {
    if (after.edges[edge.id] !== undefined || twin(after, edge)) continue
    if (document.nodes[edge.source] === undefined || document.nodes[edge.target] === undefined) continue
    marks[edge.id] = 'removed'
    document.edges[edge.id] = edge
  }
  return { document: standApart(document, after, marks), marks: unmarkEqualEdges(marks, before, after) }
}

/** What went stands beside what came in its place. */
function standApart(merged: GraphDocument, after: GraphDocument, marks: Record<string, Mark>): GraphDocument {
  let document = merged
  for (const { id } of Object.values(merged.nodes)) {
    if (marks[id] !== 'removed') continue
    const node = document.nodes[id]!
    if (node.type !== 'step') document = standClear(document, id)
    else if (marks[node.parent] !== 'removed') document = fitFrame(belowOthers(document, node), node.parent)
  }
  return makeRoom(after, document)
}

/** A step of a frame that stays, below the steps it would cover. */
function belowOthers(document: GraphDocument, step: StepNode): GraphDocument {
  const others = stepsOf(document, step.parent).filter((one) => one.id !== step.id)
  const { w, h } = stepSize(step.kind)
  let { y } = step.position
  const covers = ({ position, kind }: StepNode): boolean => {
    const other = stepSize(kind)
    return position.x < step.position.x + w && position.x + other.w > step.position.x && position.y < y + h && position.y + other.h > y
  }
  for (let under = others.find(covers); under !== undefined; under = others.find(covers)) y = under.position.y + stepSize(under.kind).h + stepGap
  return { ...document, nodes: { ...document.nodes, [step.id]: { ...step, position: { ...step.position, y } } } }
}

/** Places, sizes, samples, pinned outputs and what is drawn small change nothing that runs. */
function meaning(node: GraphNode): object {
  const { position: _position, ...rest } = node
  if (rest.type === 'function') return { ...rest, size: null, collapsed: null }
  if (rest.type === 'event') return { ...rest, sample: null }
  return rest.type === 'step' ? { ...rest, pinned: null } : rest
}

/** The same line drawn anew has another id. */
function twin(document: GraphDocument, edge: GraphEdge): boolean {
  return Object.values(document.edges).some((one) => one.type === edge.type && one.source === edge.source && one.target === edge.target && (one.type !== 'order' || edge.type !== 'order' || one.port === edge.port))
}

function unmarkEqualEdges(marks: Record<string, Mark>, before: GraphDocument, after: GraphDocument): Record<string, Mark> {
  for (const edge of Object.values(after.edges)) {
    if (marks[edge.id] !== 'changed') continue
    if (Object.values(before.edges).some((one) => jsonEqual({ ...one, id: '' }, { ...edge, id: '' }))) delete marks[edge.id]
  }
  return marks
}

/** "New: 1 function, 1 step. Removed: 2 steps." A line that came or went with a node goes without saying. */
export function differenceWords({ document, marks }: MergedDrawings): string {
  const parts = ([['New', 'added'], ['Changed', 'changed'], ['Removed', 'removed']] as const).flatMap(([word, mark]) => {
    const ids = Object.keys(marks).filter((id) => marks[id] === mark)
    const lines = ids.flatMap((id) => document.edges[id] ?? []).filter((edge) => mark === 'changed' || (marks[edge.source] !== mark && marks[edge.target] !== mark))
    const what = countKinds(ids.flatMap((id) => document.nodes[id] ?? []), lines.length)
    return what === '' ? [] : [`${word}: ${what}.`]
  })
  return parts.length === 0 ? 'Nothing is drawn differently.' : parts.join(' ')
}
