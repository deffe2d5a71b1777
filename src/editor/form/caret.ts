'use client'
/**
 * Where a character of a text field is on the screen, and which character is at a point. The browser
 * does not say, so an invisible copy of the field's text is measured.
 */
export type TextInput = HTMLInputElement | HTMLTextAreaElement

export interface CaretBox {
  left: number
  top: number
  height: number
}

const copied = [
  'boxSizing', 'borderTopWidth', 'borderRightWidth', 'borderBottomWidth', 'borderLeftWidth', 'paddingTop', 'paddingRight', 'paddingBottom', 'paddingLeft',
  'fontFamily', 'fontSize', 'fontWeight', 'fontStyle', 'fontStretch', 'fontFeatureSettings', 'letterSpacing', 'wordSpacing', 'lineHeight', 'textIndent', 'textTransform', 'tabSize',
] as const

function measured<T>(input: TextInput, read: (at: (offset: number) => CaretBox) => T): T {
  const { ownerDocument: document } = input
  const style = document.defaultView!.getComputedStyle(input)
  const box = input.getBoundingClientRect()
  const single = input instanceof HTMLInputElement
  const mirror = document.createElement('div')
  for (const name of copied) mirror.style[name] = style[name]
  Object.assign(mirror.style, {
    position: 'fixed', left: `${box.left}px`, top: `${box.top}px`, width: `${box.width}px`, visibility: 'hidden', pointerEvents: 'none', borderStyle: 'solid',
    whiteSpace: single ? 'pre' : 'pre-wrap', overflowWrap: 'break-word', overflow: 'hidden', zIndex: '-1',
  })
  // The last one is always followed by a character to measure.
  const text = document.createTextNode(`${input.value}\u200b`)
  mirror.append(text)
  document.body.append(mirror)
  const lift = single ? (box.height - mirror.getBoundingClientRect().height) / 2 : 0
  const range = document.createRange()
  try {
    return read((offset) => {
      range.setStart(text, offset)
      range.setEnd(text, Math.min(offset + 1, text.length))
      const rect = range.getClientRects()[0] ?? range.getBoundingClientRect()
      return { left: rect.left - input.scrollLeft, top: rect.top - input.scrollTop + lift, height: rect.height }
    })
  } finally {
    mirror.remove()
  }
}

export const caretBox = (input: TextInput, offset: number): CaretBox => measured(input, (at) => at(Math.min(offset, input.value.length)))

/** The place between characters that is nearest to a point. Characters are in reading order, so it is searched by halves. */
export function offsetAt(input: TextInput, x: number, y: number): number {
  return measured(input, (at) => {
    let [low, high] = [0, input.value.length]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      const box = at(middle)
      const before = input instanceof HTMLInputElement ? box.left <= x : box.top + box.height <= y || (box.top <= y && box.left <= x)
      if (before) low = middle
      else high = middle - 1
    }
    if (low >= input.value.length) return low
    const [here, next] = [at(low), at(low + 1)]
    return next.top === here.top && next.left - x < x - here.left ? low + 1 : low
  })
}

/** Changes a field's text as if it was typed, so that React sees it, and puts the caret. */
export function writeInto(input: TextInput, edit: { from: number; to: number; inserted: string; caret: number }): void {
  input.setRangeText(edit.inserted, edit.from, edit.to, 'end')
  input.setSelectionRange(edit.caret, edit.caret)
  input.dispatchEvent(new Event('input', { bubbles: true }))
  input.focus()
  input.setSelectionRange(edit.caret, edit.caret)
  // A caret that is put by a program is not brought into view.
  if (input instanceof HTMLInputElement && edit.caret === input.value.length) input.scrollLeft = input.scrollWidth
}
