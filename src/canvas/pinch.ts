'use client'
/** Two fingers zoom and move the view wherever they are put down; React Flow does so only on empty canvas. */
import { useReactFlow } from '@xyflow/react'
import { useEffect, type RefObject } from 'react'

interface Pinch {
  x: number
  y: number
  apart: number
}

export interface ZoomRange {
  minZoom: number
  maxZoom: number
}

export function usePinch(root: RefObject<HTMLElement | null>, { minZoom, maxZoom }: ZoomRange): void {
  const { getViewport, setViewport } = useReactFlow()
  useEffect(() => {
    const element = root.current
    if (element === null) return
    let last: Pinch | null = null
    const start = ({ touches }: TouchEvent): void => {
      const onThings = Array.from(touches).some(({ target }) => target instanceof Element && target.closest('.nopan') !== null)
      last = touches.length === 2 && onThings ? pinchOf(touches) : null
    }
    const move = (event: TouchEvent): void => {
      if (last === null || event.touches.length !== 2) return
      // The first finger may have begun to drag what it is on.
      event.stopPropagation()
      event.preventDefault()
      const now = pinchOf(event.touches)
      const { x, y, zoom } = getViewport()
      const next = Math.min(maxZoom, Math.max(minZoom, (zoom * now.apart) / last.apart))
      const { left, top } = element.getBoundingClientRect()
      void setViewport({ x: now.x - left - ((last.x - left - x) * next) / zoom, y: now.y - top - ((last.y - top - y) * next) / zoom, zoom: next })
      last = now
    }
    const end = ({ touches }: TouchEvent): void => {
      if (touches.length < 2) last = null
    }
    const early = { capture: true, passive: false }
    element.addEventListener('touchstart', start, early)
    element.addEventListener('touchmove', move, early)
    element.addEventListener('touchend', end, early)
    element.addEventListener('touchcancel', end, early)
    return () => {
      element.removeEventListener('touchstart', start, early)
      element.removeEventListener('touchmove', move, early)
      element.removeEventListener('touchend', end, early)
      element.removeEventListener('touchcancel', end, early)
    }
  }, [root, getViewport, setViewport, minZoom, maxZoom])
}

function pinchOf(touches: TouchList): Pinch {
  const [a, b] = [touches[0]!, touches[1]!]
  return { x: (a.clientX + b.clientX) / 2, y: (a.clientY + b.clientY) / 2, apart: Math.max(1, Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY)) }
}
