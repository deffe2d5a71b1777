/** What happened, for people who hear the screen: one live region of the canvas reads it. */
import { createStore } from 'zustand/vanilla'

/** `count` grows with each, so that the same sentence is read again. */
export const spoken = createStore(() => ({ text: '', count: 0 }))

export function announce(text: string): void {
  spoken.setState(({ count }) => ({ text, count: count + 1 }))
}
