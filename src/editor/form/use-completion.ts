'use client'
/** The list under the caret: when it opens, what is in it, and which keys it takes. */
import { useId, useMemo, useRef, useState, type KeyboardEvent, type RefObject } from 'react'
import { writeInto, type TextInput } from './caret.ts'
import { withMethods } from './candidates.ts'
import { choose, placeAt, rank, type Candidate, type FieldLanguage, type Place } from './complete.ts'

export interface Completion {
  id: string
  /** Null while it is closed. */
  list: { place: Place; options: Candidate[]; /** -1: none is chosen yet, so Enter and Tab do what they always do. */ active: number } | null
  /** After the text or the caret changed by typing. */
  typed(): void
  /** The caret was moved: an open list follows it or closes. */
  moved(): void
  /** The field was entered. */
  entered(): void
  close(): void
  setActive(index: number): void
  pick(index: number): void
  onKeyDown(event: KeyboardEvent): void
}

export interface CompletionOptions {
  input: RefObject<TextInput | null>
  language: FieldLanguage | undefined
  candidates: readonly Candidate[]
  /** Shows everything when an empty field is entered. */
  opensEmpty?: boolean
}

export function useCompletion({ input, language, candidates, opensEmpty = false }: CompletionOptions): Completion {
  const id = useId()
  const [open, setOpen] = useState<{ place: Place; active: number } | null>(null)
  // Worked out anew when data arrives while it is open.
  const options = useMemo(() => (open === null || language === undefined ? [] : fitting(candidates, open.place, language)), [candidates, open, language])
  const list = open === null || options.length === 0 ? null : { place: open.place, options, active: Math.min(open.active, options.length - 1) }
  // What a choice writes comes back as typed text.
  const choosing = useRef(false)

  const look = (asked: boolean, active = 0): boolean => {
    const field = input.current
    if (field === null || language === undefined || field.selectionStart !== field.selectionEnd) return close()
    const place = placeAt(field.value, field.selectionStart ?? 0, language)
    if (place === null || (!asked && !isTyped(place))) return close()
    setOpen({ place, active })
    return fitting(candidates, place, language).length > 0
  }
  const close = (): false => {
    setOpen(null)
    return false
  }
  const pick = (index: number): void => {
    const option = list?.options[index]
    if (list === null || option === undefined || input.current === null) return
    choosing.current = true
    writeInto(input.current, choose(input.current.value, list.place, option))
    choosing.current = false
    setOpen(null)
  }
  const move = (by: number): void => {
    if (list !== null) setOpen({ place: list.place, active: (list.active + by + list.options.length * 8 + (list.active < 0 && by < 0 ? 1 : 0)) % list.options.length })
  }
  return {
    id, list, pick,
    typed: () => void (choosing.current || look(false)),
    moved: () => {
      const caret = input.current?.selectionStart ?? -1
      if (open !== null && (caret < open.place.from || caret > open.place.to)) setOpen(null)
    },
    entered: () => { if (opensEmpty && input.current?.value === '') look(true, -1) },
    close,
    setActive: (active) => { if (list !== null && active !== list.active) setOpen({ place: list.place, active }) },
    onKeyDown: (event) => {
      if (event.nativeEvent.isComposing) return
      if (list === null) {
        const asked = (event.key === ' ' && event.ctrlKey) || (event.key === 'ArrowDown' && (event.altKey || input.current instanceof HTMLInputElement))
        if (asked && look(true)) event.preventDefault()
        return
      }
      const act = keyAction(event, list.active)
      if (act === null) return
      event.preventDefault()
      event.stopPropagation()
      if (act === 'close') close()
      else if (act === 'pick') pick(list.active)
      else move(act)
    },
  }
}

const fitting = (candidates: readonly Candidate[], place: Place, language: FieldLanguage): Candidate[] => rank(withMethods(candidates, place.base, language), place)

function keyAction(event: KeyboardEvent, active: number): 'close' | 'pick' | number | null {
  if (event.key === 'Escape') return 'close'
  if (event.key === 'ArrowDown') return 1
  if (event.key === 'ArrowUp') return -1
  if (event.key === 'PageDown') return 8
  if (event.key === 'PageUp') return -8
  if ((event.key === 'Enter' || event.key === 'Tab') && !event.shiftKey && active >= 0) return 'pick'
  return null
}

/** Braces were opened, a dot or bracket typed, or a name begun. */
const isTyped = (place: Place): boolean => place.hole !== null || place.base !== '' || place.word !== ''
