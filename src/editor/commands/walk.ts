/** Where an arrow key leads: right and left along lines, up and down to what stands nearest. Pure. */
import type { GraphDocument } from '#graph/document.ts'
import { derivedLinks } from '#graph/links.ts'
import { layScene, type Box, type Scene } from '#canvas/scene.ts'

export type Direction = 'left' | 'right' | 'up' | 'down'

/** The node to go to; null when nothing is there. Without a start, the first of the drawing. */
export function neighbour(document: GraphDocument, from: string | null, direction: Direction): string | null {
  const scene = layScene(document)
  const start = from === null ? undefined : scene.boxes.get(from)
  if (start === undefined) return first([...scene.boxes.values()].filter((box) => box.node.type !== 'note'))
  if (direction === 'up' || direction === 'down') return beside(scene, start, direction === 'down' ? 1 : -1)
  const along = direction === 'right' ? after(document, scene, start) : before(document, scene, start)
  return first(along.flatMap((id) => scene.boxes.get(id) ?? []))
}

/** Topmost, then leftmost. */
function first(boxes: Box[]): string | null {
  return boxes.sort((a, b) => a.y - b.y || a.x - b.x)[0]?.id ?? null
}

function after(document: GraphDocument, scene: Scene, { id, node }: Box): string[] {
  const on = Object.values(document.edges).filter((edge) => edge.source === id).map((edge) => edge.target)
  if (node.type === 'function') {
    const steps = scene.steps.get(id) ?? []
    const followed = new Set(Object.values(document.edges).filter((edge) => edge.type === 'order').map((edge) => edge.target))
    return steps.filter((step) => !followed.has(step.id)).map((step) => step.id)
  }
  if (node.type !== 'step' || on.length > 0) return on
  return derivedLinks(document).filter((link) => link.stepId === id).map((link) => link.eventNodeId)
}

function before(document: GraphDocument, scene: Scene, { id, node }: Box): string[] {
  const back = Object.values(document.edges).filter((edge) => edge.target === id).map((edge) => edge.source)
  if (node.type === 'step' && back.length === 0) return [node.parent]
  if (node.type === 'event' && back.length === 0) return derivedLinks(document).filter((link) => link.eventNodeId === id).map((link) => link.stepId)
  return back.filter((one) => scene.boxes.has(one))
}

/** The nearest box of the same level above or below; sideways counts double. */
function beside(scene: Scene, start: Box, sign: 1 | -1): string | null {
  const level = (box: Box): string => (box.node.type === 'step' ? box.node.parent : '')
  const middle = (box: Box) => ({ x: box.x + box.w / 2, y: box.y + box.h / 2 })
  const at = middle(start)
  let nearest: { id: string; cost: number } | null = null
  for (const box of scene.boxes.values()) {
    if (box.id === start.id || level(box) !== level(start)) continue
    const to = middle(box)
    const dy = (to.y - at.y) * sign
    if (dy <= 1) continue
    const cost = dy + 2 * Math.abs(to.x - at.x)
    if (nearest === null || cost < nearest.cost) nearest = { id: box.id, cost }
  }
  return nearest?.id ?? null
}
