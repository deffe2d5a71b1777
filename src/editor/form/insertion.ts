'use client'
/** "Data you can use" puts a path where the cursor was last: a field, or the code editor. */
import { writeInto, type TextInput } from './caret.ts'
import { insertAt, type FieldLanguage } from './complete.ts'

interface Target {
  insert(path: string): void
}

let target: Target | null = null

export function setInsertionTarget(next: Target | null): void {
  target = next
}

export function insertPath(path: string): boolean {
  if (target === null) return false
  target.insert(path)
  return true
}

/** The language of a field's `expr`; absent for texts that hold no paths. */
export function languageOf(expr: string | undefined): FieldLanguage | undefined {
  return expr === 'template' || expr === 'json' || expr === 'expression' || expr === 'cel' ? expr : undefined
}

/** For a plain field: remembered on focus, written so that React sees it. */
export function targetOfInput(input: TextInput, language: FieldLanguage): Target {
  return {
    insert: (path) => {
      if (!input.isConnected) return
      const { selectionStart, selectionEnd, value } = input
      writeInto(input, insertAt(value, selectionStart ?? value.length, selectionEnd ?? value.length, path, language))
    },
  }
}
