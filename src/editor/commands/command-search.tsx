'use client'
/** `N`: add anything, or run any command, by its name. */
import { createSpotlight, Spotlight, type SpotlightActionGroupData } from '@mantine/spotlight'
import { IconSearch } from '@tabler/icons-react'
import { useRef } from 'react'
import { canvasApi } from '../canvas-api.ts'
import { useEditor } from '../context.ts'
import { paletteEntries } from '../palette/entries.ts'
import { PaletteGlyph } from '../palette/palette-glyph.tsx'
import { paletteLabel, placeBySelection } from '../place.ts'
import { focusAdded, isFocusLost } from './focus.ts'
import { commands, keyText } from './list.ts'

const [store, search] = createSpotlight()
/** What had the keyboard when the search was opened. */
let before: HTMLElement | null = null
export const openAdd = (): void => {
  before = window.document.activeElement instanceof HTMLElement ? window.document.activeElement : null
  search.open()
}

export function CommandSearch() {
  const context = useEditor()
  const { editor, place } = context
  const added = useRef<string | null>(null)
  const giveBack = (): void => {
    // A command may have moved the keyboard.
    if (added.current !== null) focusAdded(added.current)
    else if (isFocusLost()) before?.focus({ preventScroll: true })
    added.current = null
  }
  const groups: SpotlightActionGroupData[] = [
    {
      group: 'Add',
      actions: paletteEntries.map(({ kind, blurb, keywords }) => ({
        id: `add-${kind}`, label: paletteLabel(kind), description: blurb, keywords: keywords.split(' '), leftSection: <PaletteGlyph kind={kind} />,
        onClick: () => {
          const { document, selected } = editor.store.getState()
          const made = placeBySelection(document, kind, selected, canvasApi()?.middle() ?? { x: 0, y: 0 }, place)
          added.current = made.id
          editor.edit(`Add ${paletteLabel(kind)}`, () => made.document, { select: [made.id], fresh: made.id })
        },
      })),
    },
    {
      group: 'Commands',
      actions: commands.filter((command) => !command.keysOnly).map((command) => ({
        id: command.id, label: command.label, keywords: command.keywords.split(' '),
        rightSection: <kbd style={{ fontSize: 11, color: 'var(--fw-ink-3)' }}>{keyText(command.keys[0] ?? '')}</kbd>,
        onClick: () => {
          if (command.canRun(context)) command.run(context)
        },
      })),
    },
  ]
  return (
    <Spotlight
      store={store} actions={groups} shortcut={null} scrollable maxHeight={420} highlightQuery
      returnFocus={false} onSpotlightClose={giveBack}
      nothingFound="Nothing is named like that."
      searchProps={{ placeholder: 'Add a step, an event or a function, or run a command', leftSection: <IconSearch size={16} stroke={1.7} />, 'aria-label': 'Add or run' }}
    />
  )
}
