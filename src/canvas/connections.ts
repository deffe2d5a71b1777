/** What each node hangs together with, by name: for people who hear the drawing, and for counts. */
import type { GraphDocument, GraphNode } from '#graph/document.ts'
import { emittedEvent, type DerivedLink } from '#graph/links.ts'
import { nodeTitle, type Around } from './describe.ts'

export interface Connections {
  of(id: string): Around
}

const alone: Around = { before: [], after: [], reactHere: 0, key: '' }

/** Reads all edges once. */
export function connectionsOf(document: GraphDocument, links: readonly DerivedLink[]): Connections {
  const known = new Map<string, Around>()
  const named = (id: string): GraphNode | undefined => document.nodes[id]
  const entry = (id: string): Around => {
    let one = known.get(id)
    if (one === undefined) known.set(id, (one = { before: [], after: [], reactHere: 0, key: '' }))
    return one
  }
  const join = (source: string, target: string): void => {
    const [from, to] = [named(source), named(target)]
    if (from === undefined || to === undefined) return
    entry(source).after.push(nodeTitle(to))
    entry(target).before.push(nodeTitle(from))
    if (from.type === 'event' && to.type === 'function') entry(source).reactHere += 1
  }
  for (const edge of Object.values(document.edges)) join(edge.source, edge.target)
  for (const link of links) join(link.stepId, link.eventNodeId)
  for (const node of Object.values(document.nodes)) {
    const frame = node.type === 'step' ? named(node.parent) : undefined
    if (node.type !== 'step' || frame === undefined) continue
    entry(node.id).inside = nodeTitle(frame)
    const sent = emittedEvent(node)
    if (sent !== null) entry(frame.id).sends = [...new Set([...entry(frame.id).sends ?? [], sent])]
  }
  for (const one of known.values()) one.key = `${one.inside ?? ''}|${one.before.join()}|${one.after.join()}|${one.sends?.join() ?? ''}`
  return { of: (id) => known.get(id) ?? alone }
}
