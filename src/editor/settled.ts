'use client'
/** While something is dragged or a box is drawn, what is selected changes with every frame: slow parts wait for the end. */
import { useState } from 'react'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'

const gesture = createStore(() => ({ active: false }))

export function setGesture(active: boolean): void {
  gesture.setState({ active })
}

/** Something is dragged, or a box is drawn. */
export const useGesture = (): boolean => useStore(gesture, (state) => state.active)

/** The value as it was before the gesture that is going on; the value itself when there is none. */
export function useSettled<T>(value: T): T {
  const active = useGesture()
  const [kept, keep] = useState(value)
  if (!active && kept !== value) keep(value)
  return active ? kept : value
}
