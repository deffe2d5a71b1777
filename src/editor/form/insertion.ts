'use client'
/** "Data you can use" puts a path where the cursor was last: a field, or the code editor. */
import { notifications } from '@mantine/notifications'
import { writeInto, type TextInput } from './caret.ts'
import { insertAt, type FieldLanguage } from './complete.ts'
import type { Accept } from './use-accept.ts'

interface Target {
  /** False when it is not on the screen any more. */
  insert(path: string): boolean
}

let target: Target | null = null

export function setInsertionTarget(next: Target | null): void {
  target = next
}

export function insertPath(path: string): boolean {
  return target !== null && target.insert(path)
}

/** A row of data was clicked: its path goes where the caret was last, else onto the clipboard. */
export function takePath(path: string): void {
  if (insertPath(path)) return
  void window.navigator.clipboard?.writeText(path).catch(() => {})
  notifications.show({ id: 'path-copied', message: `Copied ${path}. Click into a field first to insert it there.`, autoClose: 4000, withBorder: true })
}

/** The language of a field's `expr`; absent for texts that hold no paths. */
export function languageOf(expr: string | undefined): FieldLanguage | undefined {
  return expr === 'template' || expr === 'json' || expr === 'expression' || expr === 'cel' ? expr : undefined
}

/** For a plain field: remembered on focus, written so that React sees it. */
export function targetOfInput(input: TextInput, language: FieldLanguage, accept: Accept): Target {
  return {
    insert: (path) => {
      if (!input.isConnected) return false
      const accepted = accept({ path })
      if (accepted === null) return true
      const { selectionStart, selectionEnd, value } = input
      writeInto(input, insertAt(value, selectionStart ?? value.length, selectionEnd ?? value.length, accepted, language))
      return true
    },
  }
}
