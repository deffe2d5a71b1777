'use client'
import { useHotkeys } from '@mantine/hooks'
import { notifications } from '@mantine/notifications'
import { useEffect } from 'react'
import { canvasApi } from '../canvas-api.ts'
import { useEditor, type EditorContextValue } from '../context.ts'
import { announce } from './announce.ts'
import { useClipboardEvents } from './clipboard.ts'
import { focusedId, focusNode, isCanvasFocused, isChoice, isFree } from './focus.ts'
import { commands, drawingKey } from './list.ts'

/** Keys work while the focus is on the canvas or nowhere: never in a field, a dialog or the code editor. */
export function useShortcuts(toggleKey: () => void): void {
  const context = useEditor()
  useClipboardEvents()
  useEffect(() => {
    drawingKey.toggle = toggleKey
  }, [toggleKey])
  useSelectionFollowsFocus()
  const keys = commands.filter((command) => !command.byBrowser).flatMap((command) => command.keys.map((key): [string, (event: KeyboardEvent) => void, { preventDefault: boolean }] => [key, (event) => {
    if (!((isFree() && isFree(event.target)) || (isChoice() && key.startsWith('mod+'))) || (command.onCanvas && !isCanvasFocused()) || (context.viewOnly && !command.viewing)) return
    // After Escape nothing is selected, but the keyboard is still on something: that is meant by what needs a selection.
    if (!command.canRun(context) && !(selectFocused(context) && command.canRun(context))) return
    event.preventDefault()
    command.run(context)
  }, { preventDefault: false }]))
  useHotkeys(keys, [])
  // Saving by hand is not needed; the browser's dialog would say otherwise. Holds in fields, too.
  useHotkeys([['mod+S', () => {
    const { save } = context.editor.store.getState()
    notifications.show({ id: 'saved', message: save.kind === 'saved' ? 'All edits are saved.' : 'Edits are saved by themselves as soon as the server answers.', autoClose: 3000, withBorder: true })
    context.editor.autosave.retryNow()
  }]], [])
}

/** Selects what the keyboard is on when nothing is selected. */
function selectFocused({ editor }: EditorContextValue): boolean {
  const id = focusedId()
  if (id === null || editor.store.getState().selected.size > 0) return false
  editor.select([id])
  return true
}

/** Tab to a node or a line selects it, so every command knows what is meant; Escape in the panel leads back to the drawing. */
function useSelectionFollowsFocus(): void {
  const { editor } = useEditor()
  useEffect(() => {
    const onFocus = ({ target }: FocusEvent): void => {
      if (!(target instanceof Element) || !target.matches('[data-canvas] :is(.react-flow__node, .react-flow__edge):focus-visible')) return
      const id = target.getAttribute('data-id')
      if (id === null || editor.store.getState().selected.has(id)) return
      editor.select([id])
      canvasApi()?.keepInView(id)
    }
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape' || event.defaultPrevented || !(event.target instanceof Element) || !event.target.matches('[data-testid="panel"] *')) return
      const [id] = editor.store.getState().selected
      if (id !== undefined) focusNode(id, { now: true })
      announce('Back on the drawing.')
    }
    window.document.addEventListener('focusin', onFocus)
    window.document.addEventListener('keydown', onKey)
    return () => {
      window.document.removeEventListener('focusin', onFocus)
      window.document.removeEventListener('keydown', onKey)
    }
  }, [editor])
}
