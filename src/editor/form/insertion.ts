'use client'
/** "Data you can use" puts a path where the cursor was last: a field, or the code editor. */
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

/** How a path is written in a field: braces in templates, bare in expressions. */
export const asWritten = (path: string, expr: string | undefined): string =>
  expr === 'template' || expr === 'json' ? `{{ ${path} }}` : path

/** For a plain field: remembered on focus, written so that React sees it. */
export function targetOfInput(input: HTMLInputElement | HTMLTextAreaElement, expr: string | undefined): Target {
  return {
    insert: (path) => {
      if (!input.isConnected) return
      const { selectionStart, selectionEnd, value } = input
      input.setRangeText(asWritten(path, expr), selectionStart ?? value.length, selectionEnd ?? value.length, 'end')
      input.dispatchEvent(new Event('input', { bubbles: true }))
      input.focus()
    },
  }
}
