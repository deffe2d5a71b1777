/** A drawing as a column, for narrow screens: what starts things, and under it what it starts. Pure. */
import type { EventNode, FunctionNode, GraphDocument, NoteNode, ScheduleNode, StepNode } from '#graph/document.ts'
import { derivedLinks } from '#graph/links.ts'
import { num } from '#ui/shapes/point.ts'

export interface StackGroup {
  /** Null gathers functions that nothing starts. */
  source: EventNode | ScheduleNode | null
  /** Who sends it: webhooks and emit steps, by name. */
  from: string[]
  functions: StackFunction[]
}

export interface StackFunction {
  node: FunctionNode
  /** Steps in order; steps that may run at the same time share a place. */
  levels: StepNode[][]
}

export function stackGroups(document: GraphDocument): StackGroup[] {
  const nodes = Object.values(document.nodes).sort((a, b) => a.position.x - b.position.x || a.position.y - b.position.y)
  const edges = Object.values(document.edges)
  const links = derivedLinks(document)
  const started = new Set<string>()
  const byHeight = (a: StackFunction, b: StackFunction): number => a.node.position.y - b.node.position.y
  const groups = nodes.flatMap((source): StackGroup[] => {
    if (source.type !== 'event' && source.type !== 'schedule') return []
    const functions = edges.flatMap((edge): StackFunction[] => {
      const node = edge.type === 'subscription' && edge.source === source.id ? document.nodes[edge.target] : undefined
      if (node?.type !== 'function') return []
      started.add(node.id)
      return [{ node, levels: stepLevels(document, node.id) }]
    })
    const from = [
      ...edges.flatMap((edge) => {
        const webhook = edge.type === 'feed' && edge.target === source.id ? document.nodes[edge.source] : undefined
        return webhook?.type === 'webhook' ? [webhook.name] : []
      }),
      ...links.flatMap((link) => {
        const step = link.eventNodeId === source.id ? document.nodes[link.stepId] : undefined
        const frame = step?.type === 'step' ? document.nodes[step.parent] : undefined
        return frame?.type === 'function' ? [frame.slug] : []
      }),
    ]
    return [{ source, from: [...new Set(from)], functions: functions.sort(byHeight) }]
  })
  const alone = nodes.flatMap((node): StackFunction[] =>
    node.type === 'function' && !started.has(node.id) ? [{ node, levels: stepLevels(document, node.id) }] : [])
  return alone.length === 0 ? groups : [...groups, { source: null, from: [], functions: alone }]
}

/** Notes from top to bottom; they stand under everything else. */
export function stackNotes(document: GraphDocument): NoteNode[] {
  return Object.values(document.nodes).flatMap((node) => (node.type === 'note' && node.text.trim() !== '' ? [node] : [])).sort((a, b) => a.position.y - b.position.y || a.position.x - b.position.x)
}

/** Steps by the longest way to them; a circle (which the editor refuses) ends the walk. */
export function stepLevels(document: GraphDocument, functionId: string): StepNode[][] {
  const steps = Object.values(document.nodes).flatMap((node) => (node.type === 'step' && node.parent === functionId ? [node] : []))
  const before = (id: string): string[] =>
    Object.values(document.edges).flatMap((edge) => (edge.type === 'order' && edge.target === id ? [edge.source] : []))
  const level = new Map<string, number>()
  const visit = (id: string, above: Set<string>): number => {
    const known = level.get(id)
    if (known !== undefined) return known
    if (above.has(id)) return 0
    const mine = Math.max(-1, ...before(id).map((one) => visit(one, new Set([...above, id])))) + 1
    level.set(id, mine)
    return mine
  }
  const levels: StepNode[][] = []
  for (const step of steps) {
    const at = visit(step.id, new Set())
    const row = (levels[at] ??= [])
    row.push(step)
  }
  return levels.filter((row) => row !== undefined).map((row) => row.sort((a, b) => a.position.y - b.position.y))
}

export const stackSizes = { eventW: 196, eventH: 78, cardH: 112, gap: 12, gutter: 46 }

/** Ribs of one group: down the gutter, then right into each card's hinge. Nearest card, right-most rib. */
export function stackRibs(count: number): string[] {
  const { eventH, cardH, gap, gutter } = stackSizes
  const first = gutter - 9
  const apart = Math.min(9, count <= 1 ? 0 : (first - 8) / (count - 1))
  return Array.from({ length: count }, (_, i) => {
    const x = first - i * apart
    const y = eventH + 20 + i * (cardH + gap) + cardH / 2
    const top = eventH * 0.74
    const [left, right] = [num(x - 1.1), num(x + 1.1)]
    return `M${left} ${num(top)}V${num(y - 20)}C${left} ${num(y + 1)} ${num(x + 8)} ${num(y + 4.5)} ${gutter} ${num(y + 4.5)}V${num(y - 4.5)}`
      + `C${num(x + 8)} ${num(y - 4.5)} ${right} ${num(y - 8)} ${right} ${num(y - 24)}V${num(top)}Z`
  })
}
