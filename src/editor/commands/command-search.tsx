'use client'
/** `N` or ⌘K: add anything, find what is drawn, run any command or go to a place, by its name. */
import { createSpotlight, Spotlight, type SpotlightActionGroupData } from '@mantine/spotlight'
import { IconSearch } from '@tabler/icons-react'
import { useRef, useState } from 'react'
import { useGoToGroups, useOwnSearch } from '#ui/shell/go-to.tsx'
import { openSearch } from '#ui/shell/open-search.ts'
import { canvasApi } from '../canvas-api.ts'
import { useEditor, useEditorState, type EditorContextValue } from '../context.ts'
import { paletteEntries } from '../palette/entries.ts'
import { PaletteGlyph } from '../palette/palette-glyph.tsx'
import { paletteLabel, placeBySelection } from '../place.ts'
import { findActions } from './find-actions.tsx'
import { focusAdded, isFocusLost } from './focus.ts'
import { commands, keyText } from './list.ts'

const spotlight = createSpotlight()
const [store] = spotlight
const shownMost = 120
/** What had the keyboard when the search was opened. */
let before: HTMLElement | null = null
export const openAdd = (): void => {
  if (store.getState().opened) return
  before = window.document.activeElement instanceof HTMLElement ? window.document.activeElement : null
  openSearch(spotlight)
}

export function CommandSearch() {
  const context = useEditor()
  const { editor, viewOnly } = context
  const [opened, setOpened] = useState(false)
  const [query, setQuery] = useState('')
  const next = useRef<string | null>(null)
  const drawn = useEditorState((state) => (opened ? state.document : null))
  const places = useGoToGroups(opened)
  useOwnSearch(openAdd)
  const close = (): void => {
    setOpened(false)
    // A command may have moved the keyboard.
    if (next.current !== null) focusAdded(next.current)
    else if (isFocusLost()) before?.focus({ preventScroll: true })
    next.current = null
  }
  const go = (id: string): void => {
    next.current = id
    editor.select([id])
    canvasApi()?.reveal([id])
  }
  const groups: SpotlightActionGroupData[] = [
    ...(viewOnly ? [] : [addGroup(context, (id) => { next.current = id })]),
    // A list of all that is drawn says nothing; a word does.
    ...(drawn === null || query.trim() === '' ? [] : [{ group: 'In this drawing', actions: findActions(drawn, go) }]),
    commandGroup(context),
    ...places,
  ]
  return (
    <Spotlight
      store={store} actions={groups} shortcut={null} scrollable maxHeight={420} highlightQuery limit={shownMost} query={query} onQueryChange={setQuery}
      overlayProps={{ blur: 0, backgroundOpacity: 0.36 }} returnFocus={false} onSpotlightOpen={() => {
        setQuery('')
        setOpened(true)
      }} onSpotlightClose={close}
      nothingFound="Nothing is named like that."
      searchProps={{
        placeholder: viewOnly ? 'Find what is drawn, or go anywhere' : 'Add a step, find what is drawn, run a command or go anywhere',
        leftSection: <IconSearch size={16} stroke={1.7} />, 'aria-label': 'Add, find, run or go to',
      }}
    />
  )
}

function addGroup({ editor, place }: EditorContextValue, onAdded: (id: string) => void): SpotlightActionGroupData {
  return {
    group: 'Add',
    actions: paletteEntries.map(({ kind, blurb, keywords }) => ({
      id: `add-${kind}`, label: paletteLabel(kind), description: blurb, keywords: keywords.split(' '), leftSection: <PaletteGlyph kind={kind} />,
      onClick: () => {
        const { document, selected } = editor.store.getState()
        const made = placeBySelection(document, kind, selected, canvasApi()?.middle() ?? { x: 0, y: 0 }, place)
        onAdded(made.id)
        editor.edit(`Add ${paletteLabel(kind)}`, () => made.document, { select: [made.id], fresh: made.id })
      },
    })),
  }
}

function commandGroup(context: EditorContextValue): SpotlightActionGroupData {
  return {
    group: 'Commands',
    actions: commands.filter((command) => !command.keysOnly && (!context.viewOnly || command.viewing)).map((command) => {
      const can = command.canRun(context)
      return {
        id: command.id, label: command.label, keywords: command.keywords.split(' '), disabled: !can, style: can ? undefined : { opacity: 0.5, cursor: 'default' },
        rightSection: <kbd style={{ fontSize: 11, color: 'var(--fw-ink-3)' }}>{keyText(command.keys[0] ?? '')}</kbd>,
        onClick: () => command.run(context),
      }
    }),
  }
}
