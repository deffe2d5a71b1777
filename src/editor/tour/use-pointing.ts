'use client'
import { useEffect, useState } from 'react'
import { around, meets, type Rect } from './placement.ts'

const same = (a: Rect | null, b: Rect | null): boolean => a === b || (a !== null && b !== null && Math.abs(a.x - b.x) < 0.5 && Math.abs(a.y - b.y) < 0.5 && Math.abs(a.w - b.w) < 0.5 && Math.abs(a.h - b.h) < 0.5)

/** Where on the screen the first of the selectors is that shows anything; followed while it moves. */
export function usePointing(selectors: string[]): Rect | null {
  const [rect, setRect] = useState<Rect | null>(null)
  const key = selectors.join('\n')
  useEffect(() => {
    let frame = 0
    let last: Rect | null = null
    const look = (): void => {
      const next = find(key === '' ? [] : key.split('\n'))
      if (!same(last, next)) setRect((last = next))
      frame = requestAnimationFrame(look)
    }
    look()
    return () => {
      cancelAnimationFrame(frame)
      setRect(null)
    }
  }, [key])
  return rect
}

const drawn = '.react-flow__node-event, .react-flow__node-function'
/** The panel, where it lies over the drawing. */
const overDrawing = '[data-covers-canvas]'

/** What else there is to see, which a card would rather not cover. */
export function besides(target: Rect): Rect[] {
  return [...window.document.querySelectorAll(`${drawn}, ${overDrawing}`)].map((element) => rectOf(element.getBoundingClientRect())).filter((rect) => !meets(rect, target))
}

/** What of a thing on the drawing can be seen. */
function seen(element: Element): Rect {
  const rect = rectOf(element.getBoundingClientRect())
  const cover = element.closest('.react-flow') === null ? undefined : window.document.querySelector(overDrawing)?.getBoundingClientRect()
  if (cover === undefined || !meets(rect, rectOf(cover))) return rect
  return rect.x >= cover.x && rect.x + rect.w <= cover.right ? { ...rect, h: Math.max(0, cover.y - rect.y) } : { ...rect, w: Math.max(0, cover.x - rect.x) }
}

const rectOf = ({ x, y, width, height }: DOMRect): Rect => ({ x, y, w: width, h: height })

function find(selectors: string[]): Rect | null {
  for (const selector of selectors) {
    const all = [...window.document.querySelectorAll(selector)].map(seen).filter((rect) => rect.w > 0 && rect.h > 0)
    // A list of selectors means all of them; a single one the first thing it finds.
    const rects = selector.includes(', ') ? all : all.slice(0, 1)
    const box = around(rects)
    if (box !== null && box.x < window.innerWidth && box.y < window.innerHeight && box.x + box.w > 0 && box.y + box.h > 0) return box
  }
  return null
}
