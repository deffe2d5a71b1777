'use client'
/** Which functions the dialog is asked to pause, and which are to be resumed: commands ask, the host does it. */
import { createStore } from 'zustand/vanilla'
import type { EditorContextValue } from '../context.ts'

interface PauseUi {
  asking: readonly string[]
  resuming: readonly string[]
  /** Slugs that are paused now, kept here for commands. */
  paused: ReadonlySet<string>
}

export const pauseUi = createStore<PauseUi>(() => ({ asking: [], resuming: [], paused: new Set() }))

/** Slugs of the selected functions that are published: only those can be paused. A selected step does not stand for its function. */
export function selectedFunctions({ editor, published }: Pick<EditorContextValue, 'editor' | 'published'>): string[] {
  const { document, selected } = editor.store.getState()
  const live = new Set(published?.functions.map((one) => one.slug))
  return [...selected].flatMap((id) => {
    const node = document.nodes[id]
    return node?.type === 'function' && live.has(node.slug) ? [node.slug] : []
  })
}

export const toPause = (slugs: readonly string[], paused: ReadonlySet<string>): string[] => slugs.filter((slug) => !paused.has(slug))
export const toResume = (slugs: readonly string[], paused: ReadonlySet<string>): string[] => slugs.filter((slug) => paused.has(slug))

export const askToPause = (slugs: readonly string[]): void => pauseUi.setState({ asking: slugs })
export const resumeAll = (slugs: readonly string[]): void => pauseUi.setState({ resuming: slugs })
