'use client'
/** Lets menus and the search by name begin the tour; the tour itself says how. */
let starter: (() => void) | null = null

export function startTour(): void {
  starter?.()
}

export function setTourStarter(start: (() => void) | null): void {
  starter = start
}
