'use client'
import { useEffect, useState } from 'react'
import { takesKeys } from '#ui/own-keys.ts'

const answersItself = `${takesKeys}, button, a`

/**
 * Whether Space is held on the drawing. React Flow watches for it, too, but takes a key that was pressed as `S` and let
 * go as `s` for one that is still held, and then no other key counts.
 * @param on whether it means anything here: elsewhere Space scrolls the page
 */
export function useSpaceHeld(on: boolean): boolean {
  const [held, setHeld] = useState(false)
  useEffect(() => {
    if (!on) return
    const onKey = (event: KeyboardEvent): void => {
      if (event.code !== 'Space') return
      if (event.type === 'keyup') return setHeld(false)
      if (event.target instanceof Element && event.target.closest(answersItself) !== null) return
      event.preventDefault()
      setHeld(true)
    }
    const letGo = (): void => setHeld(false)
    window.addEventListener('keydown', onKey)
    window.addEventListener('keyup', onKey)
    window.addEventListener('blur', letGo)
    return () => {
      window.removeEventListener('keydown', onKey)
      window.removeEventListener('keyup', onKey)
      window.removeEventListener('blur', letGo)
    }
  }, [on])
  return held
}
