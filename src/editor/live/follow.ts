/** What the canvas shows beside the drawing: one event that is followed, or how the published functions do. One page has one. */
import { createStore } from 'zustand/vanilla'

interface Watching {
  /** Public id of the event whose runs are shown on the drawing. */
  event: string | null
  /** Since when, ms. */
  since: number
  /** Counts of what is published, while no event is followed. */
  live: boolean
}

export const watching = createStore<Watching>(() => ({ event: null, since: 0, live: false }))

/** The canvas shows how the runs of this event go, and of the events those send, until it is stopped. */
export function followEvent(eventId: string): void {
  watching.setState({ event: eventId, since: Date.now() })
}

export function stopFollowing(): void {
  watching.setState({ event: null })
}

export function showLive(live: boolean): void {
  watching.setState({ live })
}
