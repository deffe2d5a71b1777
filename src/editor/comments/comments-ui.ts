'use client'
/** Whether the comments stand where the side panel is, which thread is read there, and where a new one goes. */
import { createStore } from 'zustand/vanilla'
import type { Position } from '#graph/document.ts'

/** A place on the canvas is being chosen: for a new thread, or for one that moves. */
export interface Placing {
  at: Position
  thread: string | null
}

interface CommentsUi {
  opened: boolean
  /** Null: the list. */
  thread: string | null
  /** Where the thread that is being written will stand. */
  draft: Position | null
  placing: Placing | null
  /** Counts up when a field wants the keyboard. */
  focus: number
}

export const commentsUi = createStore<CommentsUi>(() => ({ opened: false, thread: null, draft: null, placing: null, focus: 0 }))

export function openComments(thread: string | null = null, options: { write?: boolean; draft?: Position } = {}): void {
  commentsUi.setState(({ focus }) => ({ opened: true, thread, draft: options.draft ?? null, placing: null, focus: options.write === true ? focus + 1 : focus }))
}

export function closeComments(): void {
  commentsUi.setState({ opened: false, thread: null, draft: null, placing: null })
}

export function setPlacing(placing: Placing | null): void {
  commentsUi.setState({ placing })
}

/** What was typed and not sent, by thread or node: looking elsewhere loses nothing. */
export const unsent = new Map<string, string>()
