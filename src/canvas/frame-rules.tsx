'use client'
/**
 * A function's retries and limits in a sentence, beside its frame: where the pointer rests on it, or
 * it has the keyboard. One for the whole canvas; the words are the frame's own description, so
 * screen readers say the same. Escape puts it away.
 */
import { useEffect, useState, type RefObject } from 'react'
import classes from './canvas.module.css'

const restMs = 500
const gap = 10
/** Below the bars that float over the canvas. */
const topLeast = 96
const widest = 350

interface Shown {
  text: string
  left: number
  top: number
  above: boolean
}

export function FrameRules({ root }: { root: RefObject<HTMLElement | null> }) {
  const [shown, setShown] = useState<Shown | null>(null)
  useEffect(() => {
    const canvas = root.current
    if (canvas === null) return
    let timer: ReturnType<typeof setTimeout> | undefined
    let current: Element | null = null
    const hide = (): void => {
      clearTimeout(timer)
      current = null
      setShown(null)
    }
    const turnTo = (frame: Element | null, waitMs: number): void => {
      if (frame === current) return
      hide()
      current = frame
      const text = frame?.getAttribute('aria-description')
      if (frame && text) timer = setTimeout(() => setShown(placed(canvas, frame, text)), waitMs)
    }
    const over = ({ target, buttons }: PointerEvent): void => {
      const node = target instanceof Element && buttons === 0 ? target.closest('.react-flow__node, button, [data-fold]') : null
      turnTo(node?.matches('.react-flow__node-function') ? node : null, restMs)
    }
    const focused = ({ target }: FocusEvent): void => turnTo(target instanceof Element && target.matches('.react-flow__node-function:focus-visible') ? target : null, 0)
    const key = ({ key: pressed }: KeyboardEvent): void => {
      if (pressed === 'Escape' || pressed.startsWith('Arrow')) hide()
    }
    const listeners: [string, EventListener][] = [
      ['pointerover', over as EventListener], ['focusin', focused as EventListener],
      ['pointerdown', hide], ['wheel', hide], ['focusout', hide],
    ]
    for (const [type, listener] of listeners) canvas.addEventListener(type, listener, { passive: true, capture: true })
    // Captured, it would be told of every element inside that is left.
    canvas.addEventListener('pointerleave', hide)
    window.addEventListener('keydown', key, { capture: true })
    return () => {
      clearTimeout(timer)
      canvas.removeEventListener('pointerleave', hide)
      window.removeEventListener('keydown', key, { capture: true })
      for (const [type, listener] of listeners) canvas.removeEventListener(type, listener, { capture: true })
    }
  }, [root])
  if (shown === null) return null
  return (
    <div className={classes.rules} role="tooltip" style={{ left: shown.left, top: shown.top, transform: shown.above ? 'translateY(-100%)' : undefined }}>{shown.text}</div>
  )
}

function placed(canvas: Element, frame: Element, text: string): Shown {
  const [around, box] = [canvas.getBoundingClientRect(), frame.getBoundingClientRect()]
  const above = box.top - around.top > topLeast
  const left = Math.max(8, Math.min(box.left - around.left, around.width - widest))
  return { text, left, above, top: above ? box.top - around.top - gap : box.bottom - around.top + gap }
}
