'use client'
import { useEffect, useState } from 'react'
import { around, type Rect } from './placement.ts'

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

function find(selectors: string[]): Rect | null {
  for (const selector of selectors) {
    const all = [...window.document.querySelectorAll(selector)].map((element) => element.getBoundingClientRect()).filter((rect) => rect.width > 0 && rect.height > 0)
    // A list of selectors means all of them; a single one the first thing it finds.
    const rects = selector.includes(', ') ? all : all.slice(0, 1)
    const box = around(rects.map((rect) => ({ x: rect.x, y: rect.y, w: rect.width, h: rect.height })))
    if (box !== null && box.x < window.innerWidth && box.y < window.innerHeight && box.x + box.w > 0 && box.y + box.h > 0) return box
  }
  return null
}
