'use client'
/** Whether the comments stand where the side panel is, and which thread is read there. */
import { createStore } from 'zustand/vanilla'

interface CommentsUi {
  opened: boolean
  /** Null: the list. */
  thread: string | null
  /** Counts up when a field wants the keyboard. */
  focus: number
}

export const commentsUi = createStore<CommentsUi>(() => ({ opened: false, thread: null, focus: 0 }))

export function openComments(thread: string | null = null, options: { write?: boolean } = {}): void {
  commentsUi.setState(({ focus }) => ({ opened: true, thread, focus: options.write === true ? focus + 1 : focus }))
}

export function closeComments(): void {
  commentsUi.setState({ opened: false, thread: null })
}

/** What was typed and not sent, by thread or node: looking elsewhere loses nothing. */
export const unsent = new Map<string, string>()
