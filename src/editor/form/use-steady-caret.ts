import { useLayoutEffect, type RefObject } from 'react'
import { movedPlace } from '#graph/merge-text.ts'
import type { TextInput } from './caret.ts'

/** The caret stays between the words where it stands when a colleague changes the text that one writes in. */
export function useSteadyCaret(input: RefObject<TextInput | null>, value: string): void {
  const field = input.current
  // While this renders the field still holds the text before.
  const stood = field !== null && field.value !== value && field.ownerDocument.activeElement === field ? { text: field.value, start: field.selectionStart, end: field.selectionEnd } : null
  useLayoutEffect(() => {
    if (field === null || stood === null || stood.start === null || stood.end === null || field.value !== value) return
    field.setSelectionRange(movedPlace(stood.text, value, stood.start), movedPlace(stood.text, value, stood.end))
  })
}
