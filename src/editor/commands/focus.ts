/** Where the keyboard is: keys of the canvas must never answer in a field, a dialog or on a button. */
import { takesKeys } from '#ui/own-keys.ts'
import { paintNow } from '../after-paint.tsx'

/** Not in a field, a dialog, a menu or the code editor. `at`: what a key was pressed on, where its dialog may have closed by now. */
export function isFree(at: EventTarget | null = window.document.activeElement): boolean {
  return !(at instanceof Element) || at.closest(takesKeys) === null
}

/** A radio, a checkbox, a switch or a list of choices: nothing is typed there, so undo and the like are meant for the drawing. */
export function isChoice(): boolean {
  return window.document.activeElement?.matches('input:is([type=radio], [type=checkbox], [role=combobox][readonly]):not([role=dialog] *)') ?? false
}

/** On the canvas or nowhere: arrows, Enter and the clipboard belong to the drawing. */
export function isCanvasFocused(): boolean {
  const { activeElement } = window.document
  // Marks of comments answer Enter and arrows themselves.
  if (!isFree() || activeElement?.matches('[data-own-keys]')) return false
  return activeElement === null || activeElement === window.document.body || activeElement.closest('[data-canvas] .react-flow__renderer') !== null
}

/** The node or line that has the keyboard; selected or not. */
export function focusedId(): string | null {
  const { activeElement } = window.document
  return activeElement?.matches('[data-canvas] :is(.react-flow__node, .react-flow__edge)') ? activeElement.getAttribute('data-id') : null
}

/** Puts the keyboard into the side panel's first field. */
export function focusPanel(options: { select?: boolean } = {}): boolean {
  paintNow()
  const field = window.document.querySelector<HTMLInputElement>('[data-testid="panel"] fieldset :is(input:not([type=hidden]), textarea, button)')
  field?.focus()
  if (options.select && field && 'select' in field) field.select()
  return field !== null
}

/** Nothing that stays has the keyboard: what had it is closing. */
export function isFocusLost(): boolean {
  const { activeElement } = window.document
  return activeElement === window.document.body || activeElement?.closest('[role="dialog"]') != null
}

/** By then a search or list has gone, and the panel of what was added is drawn. */
const settleMs = 250

/** What was added gets the keyboard, unless a field of its panel has it: its name may be ready to be written. */
export function focusAdded(id: string): void {
  setTimeout(() => isFocusLost() && focusNode(id), settleMs)
}

/** A large drawing draws what comes into view some frames later. */
const framesMost = 40

/** Puts the keyboard on a node of the canvas, once it is drawn. `now`: at once when it is, so that the next key is already meant for it. */
export function focusNode(id: string, { now = false }: { now?: boolean } = {}): void {
  const look = (left: number): void => {
    const node = window.document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"]`)
    if (node) node.focus({ preventScroll: true })
    else if (left > 0) requestAnimationFrame(() => look(left - 1))
  }
  if (now) look(framesMost)
  else requestAnimationFrame(() => look(framesMost))
}
