/** What the canvas shows beside the drawing: one event that is followed, or how the published functions do. One page has one. */
import { createStore } from 'zustand/vanilla'

interface Watching {
  /** Public id of the event whose runs are shown on the drawing. */
  event: string | null
  /** Since when, ms. */
  since: number
  /** The event that was followed last: panels keep showing its data until somebody picks another. */
  held: string | null
  /** Counts of what is published, while no event is followed. */
  live: boolean
}

export const watching = createStore<Watching>(() => ({ event: null, since: 0, held: null, live: false }))

/** The canvas shows how the runs of this event go, and of the events those send, until it is stopped. */
export function followEvent(eventId: string): void {
  watching.setState({ event: eventId, since: Date.now(), held: eventId })
}

/** The marks go; what the panels show stays that of this event. */
export function stopFollowing(): void {
  watching.setState({ event: null })
}

/** Somebody picked another sample: its data counts from here on, the marks stay. */
export function releaseData(): void {
  watching.setState({ held: null })
}

/** The drawing was left. */
export function letGo(): void {
  watching.setState({ event: null, held: null })
}

/** What is live takes the place of an event that is followed. */
export function showLive(live: boolean): void {
  watching.setState(live ? { live, event: null } : { live })
}
