'use client'
/** `?`: every key and gesture, from the list the keyboard itself reads. */
import { Modal } from '@mantine/core'
import { useStore } from 'zustand'
import { gestures, viewingGestures } from './gestures.ts'
import { commandGroups } from './command.ts'
import { commands, keyText, shortcutsSheet } from './list.ts'
import { shownKeys } from './shortcuts-table.ts'
import { useEditor } from '../context.ts'
import classes from './shortcuts-sheet.module.css'

export function ShortcutsSheet() {
  const { viewOnly } = useEditor()
  const shown = commands.filter((command) => command.keys.length > 0 && (!viewOnly || command.viewing))
  const opened = useStore(shortcutsSheet, (state) => state.opened)
  return (
    <Modal opened={opened} onClose={() => shortcutsSheet.setState({ opened: false })} title="Shortcuts" size={860}>
      <div className={classes.columns}>
        {commandGroups.filter((group) => shown.some((command) => command.group === group)).map((group) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {shown.filter((command) => command.group === group).map((command) => (
                <div key={command.id}><dt>{command.label}</dt><dd>{shownKeys(command.keys).map((key) => <kbd key={key}>{keyText(key)}</kbd>)}</dd></div>
              ))}
            </dl>
          </section>
        ))}
        <section>
          <h3>With the pointer</h3>
          <dl>{gestures.filter(([what]) => !viewOnly || viewingGestures.includes(what)).map(([what, how]) => <div key={what} data-wide><dt>{what}</dt><dd>{how}</dd></div>)}</dl>
        </section>
      </div>
    </Modal>
  )
}
