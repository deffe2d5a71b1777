'use client'
import { useEffect, useState } from 'react'
import { isFocusLost } from './focus.ts'

/** For a dialog that is there only while it is open: what had the keyboard before gets it back, unless something else has it by then. */
export function useFocusBack(): void {
  const [before] = useState(() => window.document.activeElement)
  useEffect(() => () => {
    // Later: the dialog still holds the keyboard while it goes.
    setTimeout(() => {
      if (isFocusLost() && (before instanceof HTMLElement || before instanceof SVGElement)) before.focus({ preventScroll: true })
    })
  }, [before])
}
