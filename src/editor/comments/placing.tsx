'use client'
/**
 * Choosing where a comment stands: a mark follows the pointer or the arrow keys until it is put
 * down. Clicked on a thing, a new thread is about that thing; elsewhere it stands at the point.
 */
import { ViewportPortal } from '@xyflow/react'
import { useEffect } from 'react'
import { useStore } from 'zustand'
import { boxAt, layScene } from '#canvas/scene.ts'
import type { Position } from '#graph/document.ts'
import { canvasApi } from '../canvas-api.ts'
import { announce } from '../commands/announce.ts'
import { isFree } from '../commands/focus.ts'
import { useEditor } from '../context.ts'
import { commentsUi, openComments, setPlacing } from './comments-ui.ts'
import { useMoveThread } from './use-comments.ts'
import classes from './comments.module.css'

const moves: Record<string, Position> = { ArrowLeft: { x: -1, y: 0 }, ArrowRight: { x: 1, y: 0 }, ArrowUp: { x: 0, y: -1 }, ArrowDown: { x: 0, y: 1 } }
const smallStep = 8
const bigStep = 32

/** How far an arrow key moves something; null for other keys. */
export function arrowStep({ key, shiftKey }: { key: string; shiftKey: boolean }): Position | null {
  const move = moves[key]
  const by = shiftKey ? bigStep : smallStep
  return move === undefined ? null : { x: move.x * by, y: move.y * by }
}

export function PlacingMark() {
  const placing = useStore(commentsUi, (state) => state.placing)
  usePlacing(placing !== null)
  if (placing === null) return null
  return (
    <>
      <ViewportPortal>
        <span className={classes.point} data-ghost style={{ '--x': `${placing.at.x}px`, '--y': `${placing.at.y}px` } as React.CSSProperties} data-testid="comment-placing" aria-hidden="true">+</span>
      </ViewportPortal>
      <p className={classes.placingHint} data-testid="placing-hint">
        {placing.thread === null ? 'Click where the comment belongs' : 'Click where the thread goes'}, or use the arrow keys and <kbd>Enter</kbd>. <kbd>Esc</kbd> leaves.
      </p>
    </>
  )
}

function usePlacing(active: boolean): void {
  const { editor } = useEditor()
  const move = useMoveThread()
  useEffect(() => {
    const canvas = window.document.querySelector<HTMLElement>('[data-canvas]')
    if (!active || canvas === null) return
    const put = (byPointer: boolean): void => {
      const { placing } = commentsUi.getState()
      if (placing === null) return
      const { at, thread } = placing
      setPlacing(null)
      if (thread !== null) return move(thread, at)
      const under = byPointer ? boxAt(layScene(editor.store.getState().document), at) : null
      if (under !== null) editor.select([under.id])
      openComments(null, { write: true, ...(under === null ? { draft: at } : {}) })
    }
    const toPointer = ({ clientX, clientY }: MouseEvent): boolean => {
      const { placing } = commentsUi.getState()
      const at = canvasApi()?.toCanvas(clientX, clientY)
      if (!placing || !at) return false
      setPlacing({ ...placing, at: { x: Math.round(at.x), y: Math.round(at.y) } })
      return true
    }
    const onDrawing = ({ target }: Event): boolean => target instanceof Element && target.closest('.react-flow__renderer') !== null
    const over = (event: PointerEvent): void => {
      if (onDrawing(event) && event.buttons === 0) toPointer(event)
    }
    // Nothing below is pressed, dragged or boxed; wheel, middle button and fingers still move the view.
    const press = (event: MouseEvent): void => {
      const byFinger = event instanceof PointerEvent && event.pointerType === 'touch'
      if (onDrawing(event) && event.button === 0 && !byFinger) event.stopPropagation()
    }
    const click = (event: MouseEvent): void => {
      if (!onDrawing(event)) return
      event.stopPropagation()
      event.preventDefault()
      if (toPointer(event)) put(true)
    }
    const key = (event: KeyboardEvent): void => {
      if (!isFree() || event.repeat && event.key === 'Enter' || event.metaKey || event.ctrlKey || event.altKey) return
      const step = arrowStep(event)
      if (step !== null) nudgePlacing(step)
      else if (event.key === 'Enter') put(false)
      else if (event.key === 'Escape') leave()
      else return
      event.preventDefault()
      event.stopPropagation()
    }
    const listeners: [string, EventListener][] = [
      ['pointermove', over as EventListener], ['pointerdown', press as EventListener], ['mousedown', press as EventListener], ['dblclick', click as EventListener], ['click', click as EventListener],
    ]
    for (const [type, listener] of listeners) canvas.addEventListener(type, listener, { capture: true })
    window.addEventListener('keydown', key, { capture: true })
    canvas.dataset.placing = ''
    return () => {
      for (const [type, listener] of listeners) canvas.removeEventListener(type, listener, { capture: true })
      window.removeEventListener('keydown', key, { capture: true })
      delete canvas.dataset.placing
    }
  }, [active, editor, move])
}

function nudgePlacing(step: Position): void {
  const { placing } = commentsUi.getState()
  if (placing === null) return
  const at = { x: placing.at.x + step.x, y: placing.at.y + step.y }
  setPlacing({ ...placing, at })
  canvasApi()?.showPoint(at)
}

function leave(): void {
  setPlacing(null)
  announce('Nothing was placed.')
}
