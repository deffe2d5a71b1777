/** Where the tour's card goes: beside what it points at, never over it. Pure. */
export interface Rect {
  x: number
  y: number
  w: number
  h: number
}

const gap = 18
const edge = 12

/**
 * To the right, below, to the left or above, where it covers least of the others; else the corner of the
 * screen that is farthest away. `room` is the screen without its bars.
 */
export function placeCard(target: Rect | null, card: { w: number; h: number }, room: Rect, others: Rect[] = []): { x: number; y: number } {
  const bottomRight = { x: room.x + room.w - card.w - edge, y: room.y + room.h - card.h - edge }
  if (target === null) return bottomRight
  const inX = (x: number): number => Math.min(Math.max(x, room.x + edge), Math.max(room.x + edge, room.x + room.w - card.w - edge))
  const inY = (y: number): number => Math.min(Math.max(y, room.y + edge), Math.max(room.y + edge, room.y + room.h - card.h - edge))
  const middle = { x: target.x + target.w / 2, y: target.y + target.h / 2 }
  const beside = [
    { x: target.x + target.w + gap, y: inY(middle.y - card.h / 2) },
    { x: inX(middle.x - card.w / 2), y: target.y + target.h + gap },
    { x: target.x - gap - card.w, y: inY(middle.y - card.h / 2) },
    { x: inX(middle.x - card.w / 2), y: target.y - gap - card.h },
  ]
  const fits = ({ x, y }: { x: number; y: number }): boolean =>
    x >= room.x + edge - 1 && y >= room.y + edge - 1 && x + card.w <= room.x + room.w - edge + 1 && y + card.h <= room.y + room.h - edge + 1
  const covered = (place: { x: number; y: number }): number => others.reduce((sum, one) => sum + shared({ ...place, ...card }, one), 0)
  const [place] = beside.filter(fits).sort((a, b) => covered(a) - covered(b))
  if (place !== undefined) return place
  const corners = [
    bottomRight, { x: room.x + edge, y: bottomRight.y }, { x: bottomRight.x, y: room.y + edge }, { x: room.x + edge, y: room.y + edge },
  ]
  const away = (corner: { x: number; y: number }): number => Math.hypot(corner.x + card.w / 2 - middle.x, corner.y + card.h / 2 - middle.y)
  const free = corners.filter((corner) => !meets({ ...corner, ...card }, target))
  return (free.length > 0 ? free : corners).sort((a, b) => away(b) - away(a))[0]!
}

export function meets(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.w && a.x + a.w > b.x && a.y < b.y + b.h && a.y + a.h > b.y
}

/** The area two boxes have in common. */
function shared(a: Rect, b: Rect): number {
  const w = Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x)
  const h = Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y)
  return Math.max(0, w) * Math.max(0, h)
}

/** One box around several; null without any. */
export function around(rects: Rect[]): Rect | null {
  if (rects.length === 0) return null
  const x = Math.min(...rects.map((rect) => rect.x))
  const y = Math.min(...rects.map((rect) => rect.y))
  return { x, y, w: Math.max(...rects.map((rect) => rect.x + rect.w)) - x, h: Math.max(...rects.map((rect) => rect.y + rect.h)) - y }
}
