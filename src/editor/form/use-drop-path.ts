'use client'
/** A field that takes a dragged path: a mark shows where it would land. */
import { useEffect, useState, type DragEvent, type RefObject } from 'react'
import { caretBox, offsetAt, writeInto, type CaretBox, type TextInput } from './caret.ts'
import { insertAt, type FieldLanguage } from './complete.ts'
import { carriesPath, droppedPath } from './drag-path.ts'
import type { Accept } from './use-accept.ts'

export interface DropPath {
  /** Where the path would land, on the screen; null while nothing is dragged over the field. */
  landing: CaretBox | null
  handlers: {
    onDragOver?(event: DragEvent): void
    onDragLeave?(): void
    onDrop?(event: DragEvent): void
  }
}

export function useDropPath(input: RefObject<TextInput | null>, language: FieldLanguage | undefined, accept: Accept): DropPath {
  const [landing, setLanding] = useState<CaretBox | null>(null)
  const isOver = landing !== null
  useEffect(() => {
    if (!isOver) return
    // Where a drag is given up with Escape, not every browser says that it left.
    const onEnd = (): void => setLanding(null)
    window.document.addEventListener('dragend', onEnd)
    return () => window.document.removeEventListener('dragend', onEnd)
  }, [isOver])
  if (language === undefined) return { landing: null, handlers: {} }
  const takes = (event: DragEvent): TextInput | null => {
    const field = input.current
    return field === null || field.matches(':disabled, :read-only') || !carriesPath(event) ? null : field
  }
  return {
    landing,
    handlers: {
      onDragOver: (event) => {
        const field = takes(event)
        if (field === null) return
        event.preventDefault()
        event.dataTransfer.dropEffect = 'copy'
        const offset = offsetAt(field, event.clientX, event.clientY)
        const next = caretBox(field, insertAt(field.value, offset, offset, '', language).from)
        setLanding((now) => (now !== null && now.left === next.left && now.top === next.top ? now : next))
      },
      onDragLeave: () => setLanding(null),
      onDrop: (event) => {
        setLanding(null)
        const field = takes(event)
        if (field === null) return
        event.preventDefault()
        const path = accept(droppedPath(event))
        if (path === null) return
        const offset = offsetAt(field, event.clientX, event.clientY)
        field.focus()
        writeInto(field, insertAt(field.value, offset, offset, path, language))
      },
    },
  }
}
