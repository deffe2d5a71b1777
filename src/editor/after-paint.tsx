'use client'
/**
 * What costs much to draw comes a frame later than what was asked for, so that the answer to a
 * click is seen at once. Whoever needs it sooner calls `paintNow`.
 */
import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from 'react'
import { flushSync } from 'react-dom'
import { shallow } from 'zustand/shallow'
import { useEditor } from './context.ts'
import type { EditorState } from './store.ts'

const waiting = new Set<() => void>()
/** A page that is not shown draws no frames. */
const longestMs = 150

export interface AfterPaintProps {
  /** Does not wait: something in it is written to at once. */
  now?: boolean
  children: ReactNode
}

export function AfterPaint({ now = false, children }: AfterPaintProps) {
  const [ready, setReady] = useState(now)
  // Known to wait as soon as it is there: a key may come before the browser has drawn.
  useLayoutEffect(() => (ready ? undefined : afterPaint(() => setReady(true))), [ready])
  return ready ? children : null
}

/** A part of the editor's state, as it was when the last frame was drawn. */
export function useLateEditorState<T>(pick: (state: EditorState) => T): T {
  const { editor } = useEditor()
  const [value, show] = useState(() => pick(editor.store.getState()))
  const latest = useRef(pick)
  latest.current = pick
  useEffect(() => {
    let cancel: (() => void) | undefined
    const look = (): void => show((before) => {
      const now = latest.current(editor.store.getState())
      return shallow(before, now) ? before : now
    })
    look()
    const stop = editor.store.subscribe(() => {
      cancel?.()
      cancel = afterPaint(look)
    })
    return () => {
      stop()
      cancel?.()
    }
  }, [editor])
  return value
}

/** Calls back when the next frame is drawn; the answer calls it off. */
function afterPaint(then: () => void): () => void {
  const go = (): void => {
    cancel()
    then()
  }
  waiting.add(go)
  let timer = setTimeout(go, longestMs)
  const frame = requestAnimationFrame(() => {
    clearTimeout(timer)
    timer = setTimeout(go)
  })
  const cancel = (): void => {
    waiting.delete(go)
    clearTimeout(timer)
    cancelAnimationFrame(frame)
  }
  return cancel
}

/** What is drawn now may hold parts that wait in turn: a panel, and the form in it. */
const nestedMost = 4

/** Draws what still waits. */
export function paintNow(): void {
  for (let n = 0; n < nestedMost && waiting.size > 0; n++) flushSync(() => [...waiting].forEach((show) => show()))
}
