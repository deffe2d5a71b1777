'use client'
/** The event whose data is shown: one whose runs were watched from here, else the one that was chosen. Null: the last of each name. */
import { useStore } from 'zustand'
import { watching } from '../live/follow.ts'
import { useSampleChoice } from './sample-choice.ts'

export interface LookedAt {
  /** Public id. */
  event: string
  /** "watched event", "chosen event" */
  words: string
}

export function useLookedAt(): LookedAt | null {
  const held = useStore(watching, (state) => state.held)
  const { choice } = useSampleChoice()
  if (held !== null) return { event: held, words: 'watched event' }
  return choice.event === null ? null : { event: choice.event, words: 'chosen event' }
}
