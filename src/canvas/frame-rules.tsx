'use client'
/**
 * A function's retries and limits in a sentence, beside its frame: where the pointer rests on it, or
 * it has the keyboard. One for the whole canvas; the words are the frame's own description, so
 * screen readers say the same. Escape puts it away.
 */
import { useEffect, useLayoutEffect, useRef, useState, type RefObject } from 'react'
import classes from './canvas.module.css'

const restMs = 500
const gap = 10
const edge = 8
/** Below the bars that float over the canvas. */
const topLeast = 96

interface Shown {
  text: string
  frame: Element
}

export function FrameRules({ root }: { root: RefObject<HTMLElement | null> }) {
  const [shown, setShown] = useState<Shown | null>(null)
  const tip = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const [canvas, element] = [root.current, tip.current]
    if (shown === null || canvas === null || element === null) return
    const { left, top } = placed(canvas.getBoundingClientRect(), shown.frame.getBoundingClientRect(), element.getBoundingClientRect())
    Object.assign(element.style, { left: `${left}px`, top: `${top}px` })
  }, [root, shown])
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
      if (frame && text) timer = setTimeout(() => setShown({ text, frame }), waitMs)
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
  return <div ref={tip} className={classes.rules} role="tooltip">{shown.text}</div>
}

/** Above the frame, else below it or beside it, whole in any case. */
function placed(canvas: DOMRect, frame: DOMRect, tip: DOMRect): { left: number; top: number } {
  const within = (value: number, least: number, most: number): number => Math.max(least, Math.min(value, most))
  const left = within(frame.left - canvas.left, edge, canvas.width - tip.width - edge)
  const top = within(frame.top - canvas.top, topLeast, canvas.height - tip.height - edge)
  const places = [
    { left, top: frame.top - canvas.top - gap - tip.height },
    { left, top: frame.bottom - canvas.top + gap },
    { left: frame.right - canvas.left + gap, top },
    { left: frame.left - canvas.left - gap - tip.width, top },
  ]
  const fits = (place: { left: number; top: number }): boolean =>
    place.left >= edge && place.left + tip.width <= canvas.width - edge && place.top >= topLeast && place.top + tip.height <= canvas.height - edge
  return places.find(fits) ?? { left, top }
}
