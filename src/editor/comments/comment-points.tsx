'use client'
/** Threads at free points of the canvas: a round mark with their author's initials, which can be dragged, or moved with Ctrl or ⌘ and the arrow keys. */
import { useReactFlow, ViewportPortal } from '@xyflow/react'
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { useStore } from 'zustand'
import { plainText } from '#canvas/nodes/note-markdown.ts'
import type { Position } from '#graph/document.ts'
import type { Thread } from '#server/comments/store.ts'
import { canvasApi } from '../canvas-api.ts'
import { announce } from '../commands/announce.ts'
import { initials } from '../presence/colour.ts'
import { commentsUi, openComments } from './comments-ui.ts'
import { arrowStep } from './placing.tsx'
import { threadOf, useMoveThread, useThreads } from './use-comments.ts'
import classes from './comments.module.css'

export function CommentPoints() {
  const { threads } = useThreads()
  const draft = useStore(commentsUi, (state) => state.draft)
  const opened = threadOf(threads, useStore(commentsUi, (state) => state.thread))
  const shown = threads.filter((one) => one.at !== null && (one.resolved === null || one === opened))
  if (shown.length === 0 && draft === null) return null
  return (
    <ViewportPortal>
      {shown.map((thread) => <Point key={thread.id} thread={thread} at={thread.at!} opened={thread === opened} />)}
      {draft !== null && <span className={classes.point} data-ghost style={placed(draft)} aria-hidden="true">+</span>}
    </ViewportPortal>
  )
}

const placed = ({ x, y }: Position): React.CSSProperties => ({ '--x': `${x}px`, '--y': `${y}px` } as React.CSSProperties)

/** Pixels of the screen a pointer travels before it means to move the mark. */
const dragFrom = 4
/** Arrow keys that follow each other are one move. */
const keyPauseMs = 500

function Point({ thread, at, opened }: { thread: Thread; at: Position; opened: boolean }) {
  const { held, ...hands } = useHands(thread.id, at)
  const [first] = thread.comments
  if (first === undefined) return null
  const said = first.removed ? 'taken back' : plainText(first.body)
  const answers = thread.comments.length - 1
  const words = `Comment of ${first.author} on the canvas: ${said.length > 80 ? `${said.slice(0, 79)}…` : said}${answers > 0 ? `, ${answers} ${answers === 1 ? 'answer' : 'answers'}` : ''}`
  return (
    <button
      type="button" className={`${classes.point} nodrag nopan`} style={placed(held ?? at)} data-testid="comment-point" data-own-keys data-opened={opened || undefined}
      aria-label={words} aria-description="Ctrl or Command and the arrow keys move it" title={`${first.author}: ${said.slice(0, 160)}`} {...hands}
    >
      {initials(first.author)}
      {answers > 0 && <small aria-hidden="true">{thread.comments.length}</small>}
    </button>
  )
}

/** Where a mark is while it is moved, and what moves it. */
function useHands(thread: string, at: Position) {
  const move = useMoveThread()
  const { getZoom } = useReactFlow()
  const [held, hold] = useState<Position | null>(null)
  const press = useRef<{ from: Position; start: Position; moved: boolean } | null>(null)
  const pause = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  // What the server says counts again once it says something new; a move that was still to be stored would take that back.
  useEffect(() => {
    clearTimeout(pause.current)
    hold(null)
  }, [at.x, at.y])
  useEffect(() => () => clearTimeout(pause.current), [])
  const put = (to: Position): void => move(thread, to, () => hold(null))
  return {
    held,
    onPointerDown: (event: PointerEvent<HTMLButtonElement>) => {
      if (event.button !== 0) return
      event.currentTarget.setPointerCapture(event.pointerId)
      press.current = { from: { x: event.clientX, y: event.clientY }, start: held ?? at, moved: false }
    },
    onPointerMove: ({ clientX, clientY }: PointerEvent) => {
      const { current } = press
      if (current === null) return
      const by = { x: clientX - current.from.x, y: clientY - current.from.y }
      if (!current.moved && Math.hypot(by.x, by.y) < dragFrom) return
      current.moved = true
      const zoom = getZoom()
      hold({ x: Math.round(current.start.x + by.x / zoom), y: Math.round(current.start.y + by.y / zoom) })
    },
    onPointerUp: () => {
      if (press.current?.moved && held !== null) put(held)
    },
    onPointerCancel: () => {
      press.current = null
      hold(null)
    },
    onClick: () => {
      const dragged = press.current?.moved === true
      press.current = null
      if (!dragged) openComments(thread)
    },
    onKeyDown: (event: KeyboardEvent) => {
      const step = event.ctrlKey || event.metaKey ? arrowStep(event) : null
      if (step === null) return
      event.preventDefault()
      event.stopPropagation()
      const from = held ?? at
      const to = { x: from.x + step.x, y: from.y + step.y }
      hold(to)
      canvasApi()?.showPoint(to)
      announce(`${to.x}, ${to.y}`)
      clearTimeout(pause.current)
      pause.current = setTimeout(() => put(to), keyPauseMs)
    },
  }
}
