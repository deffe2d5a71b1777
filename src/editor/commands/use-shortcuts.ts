'use client'
import { useHotkeys } from '@mantine/hooks'
import { notifications } from '@mantine/notifications'
import { useEditor } from '../context.ts'
import { openAdd } from './command-search.tsx'
import { commands } from './list.ts'

/** Keys work while the focus is on the canvas or nowhere: never in a field, a dialog or the code editor. */
export function useShortcuts(toggleKey: () => void): void {
  const context = useEditor()
  const free = (): boolean => {
    const { activeElement } = window.document
    return activeElement?.closest('[role="dialog"], [role="menu"], [role="listbox"], .monaco-editor') == null
  }
  useHotkeys([
    ...commands.flatMap((command) => command.keys.map((key): [string, (event: KeyboardEvent) => void, { preventDefault: boolean }] => [key, (event) => {
      if (!free() || (context.viewOnly && !command.viewing)) return
      // Text that is marked on the page is copied as text.
      if (command.id === 'copy' && window.getSelection()?.toString()) return
      if (!command.canRun(context)) return
      event.preventDefault()
      command.run(context)
    }, { preventDefault: false }])),
    ['n', () => { if (free() && !context.viewOnly) openAdd() }],
    ['shift+?', () => { if (free()) toggleKey() }, { preventDefault: false }],
    ['?', () => { if (free()) toggleKey() }, { preventDefault: false }],
  ], ['INPUT', 'TEXTAREA', 'SELECT'])
  // Saving by hand is not needed; the browser's dialog would say otherwise. Holds in fields, too.
  useHotkeys([['mod+S', () => {
    const { save } = context.editor.store.getState()
    notifications.show({ id: 'saved', message: save.kind === 'saved' ? 'All edits are saved.' : 'Edits are saved by themselves as soon as the server answers.', autoClose: 3000, withBorder: true })
    context.editor.autosave.retryNow()
  }]], [])
}
