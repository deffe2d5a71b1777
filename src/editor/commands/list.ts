/** Every command of the editor as data: toolbar, search and keyboard read this one list. */
import { notifications } from '@mantine/notifications'
import { createStore } from 'zustand/vanilla'
import { canvasApi } from '../canvas-api.ts'
import { closeComments, commentsUi, openComments } from '../comments/comments-ui.ts'
import { beginComment } from '../comments/place-comment.ts'
import type { EditorContextValue } from '../context.ts'
import type { Command } from './command.ts'
import { chooseFile } from '../files/canvas-files.tsx'
import { togglePicking } from '../picking.tsx'
import { startTour } from '../tour/start-tour.ts'
import { paletteLabel, placeBySelection } from '../place.ts'
import { arrangeCommands } from './arrange-commands.ts'
import { barCommands } from './bar-commands.ts'
import { copySelection, cutSelection, duplicateSelection, pasteFromClipboard, removeSelected } from './clipboard.ts'
import { exportCommands } from './export-commands.ts'
import { canFold, canFoldAll, foldAll, foldSelection } from './collapse-commands.ts'
import { focusPanel } from './focus.ts'
import { nudge, walk } from './move-commands.ts'
import { noteColourCommands } from './note-colours.ts'
import { pauseCommands } from './pause-commands.ts'
import { tell, untell } from './tell.ts'
import { tidyUp } from './tidy-up.tsx'
import { tryCommands } from './try-commands.ts'
import type { Direction } from './walk.ts'

/** Shows or hides how to read the drawing; the editor's page sets it. */
export const drawingKey = { toggle: (): void => {} }

/** Whether the sheet of all shortcuts is open. */
export const shortcutsSheet = createStore(() => ({ opened: false }))

const always = (): boolean => true
const someSelected = ({ editor }: EditorContextValue): boolean => editor.store.getState().selected.size > 0

const anythingDrawn = ({ editor }: EditorContextValue): boolean => Object.keys(editor.store.getState().document.nodes).length > 0

function turnBack({ editor }: EditorContextValue, which: 'undo' | 'redo'): void {
  const turned = editor[which]()
  if (turned === null) return
  const { label, kept } = turned
  untell('dropped')
  if (kept) tell('undo', `Left as it is: ${label}. Somebody else has changed that since.`, 5000)
  else tell('undo', `${which === 'undo' ? 'Undone' : 'Done again'}: ${label}`, 2500)
}

const directions: [Direction, string, string][] = [['left', 'ArrowLeft', 'back along a line'], ['right', 'ArrowRight', 'on along a line'], ['up', 'ArrowUp', 'up'], ['down', 'ArrowDown', 'down']]
const smallStep = 8
const bigStep = 32

const byArrow: Command[] = directions.flatMap(([direction, key, words]): Command[] => {
  const common = { group: 'Walk and move', keywords: '', onCanvas: true, keysOnly: true } as const
  return [
    { ...common, id: `walk-${direction}`, label: `Go ${words}`, keys: [key], viewing: true, canRun: anythingDrawn, run: (context) => walk(context, direction) },
    { ...common, id: `extend-${direction}`, label: `Go ${words}, keeping what is selected`, keys: [`shift+${key}`], canRun: anythingDrawn, run: (context) => walk(context, direction, true) },
    { ...common, id: `nudge-${direction}`, label: `Move ${direction} by ${smallStep}`, keys: [`mod+${key}`], canRun: someSelected, run: (context) => nudge(context, direction, smallStep) },
    { ...common, id: `push-${direction}`, label: `Move ${direction} by ${bigStep}`, keys: [`mod+shift+${key}`], canRun: someSelected, run: (context) => nudge(context, direction, bigStep) },
  ]
})

export const commands: Command[] = [
  { id: 'add', label: 'Add, find, run or go to anything', keywords: '', group: 'Add', keys: ['N', 'mod+K'], keysOnly: true, viewing: true, canRun: always, run: () => canvasApi()?.openSearch() },
  { id: 'append', label: 'Add after the selection', keywords: 'next append insert', group: 'Add', keys: ['A'], canRun: someSelected, run: ({ editor }) => canvasApi()?.openAdd([...editor.store.getState().selected].at(-1) as string) },
  {
    id: 'note', label: 'Add a note', keywords: 'comment text', group: 'Add', keys: ['shift+S'], canRun: always,
    run: ({ editor, place }) => {
      const { document, selected } = editor.store.getState()
      const added = placeBySelection(document, 'note', selected, canvasApi()?.middle() ?? { x: 0, y: 0 }, place)
      editor.edit(`Add ${paletteLabel('note')}`, () => added.document, { select: [added.id], fresh: added.id })
    },
  },
  { id: 'open', label: 'Open what is selected', keywords: 'settings panel edit', group: 'Change', keys: ['Enter'], onCanvas: true, canRun: someSelected, run: () => void focusPanel() },
  { id: 'rename', label: 'Rename', keywords: 'name', group: 'Change', keys: ['F2'], canRun: someSelected, run: () => void focusPanel({ select: true }) },
  { id: 'undo', label: 'Undo', keywords: 'back', group: 'Change', keys: ['mod+Z'], canRun: ({ editor }) => editor.store.getState().undoLabel !== null, run: (context) => turnBack(context, 'undo') },
  { id: 'redo', label: 'Redo', keywords: 'again', group: 'Change', keys: ['mod+shift+Z', 'mod+Y'], canRun: ({ editor }) => editor.store.getState().redoLabel !== null, run: (context) => turnBack(context, 'redo') },
  { id: 'copy', label: 'Copy', keywords: '', group: 'Change', keys: ['mod+C'], byBrowser: true, canRun: someSelected, run: copySelection },
  { id: 'cut', label: 'Cut', keywords: '', group: 'Change', keys: ['mod+X'], byBrowser: true, canRun: someSelected, run: cutSelection },
  { id: 'paste', label: 'Paste at the pointer', keywords: 'insert', group: 'Change', keys: ['mod+V'], byBrowser: true, canRun: always, run: (context) => void pasteFromClipboard(context) },
  { id: 'duplicate', label: 'Duplicate', keywords: 'copy', group: 'Change', keys: ['mod+D'], canRun: someSelected, run: duplicateSelection },
  { id: 'delete', label: 'Delete selection', keywords: 'remove', group: 'Change', keys: ['Delete', 'Backspace'], canRun: someSelected, run: (context) => removeSelected(context, 'Delete') },
  { id: 'tidy', label: 'Tidy up', keywords: 'layout arrange', group: 'Change', keys: ['shift+alt+T'], canRun: ({ editor }) => Object.keys(editor.store.getState().document.nodes).length > 1, run: (context) => void tidyUp(context) },
  { id: 'collapse', label: 'Collapse the function', keywords: 'fold small hide steps close', group: 'Change', keys: ['['], canRun: (context) => canFold(context, 'collapse'), run: (context) => foldSelection(context, 'collapse') },
  { id: 'expand', label: 'Expand the function', keywords: 'unfold open show steps', group: 'Change', keys: [']'], canRun: (context) => canFold(context, 'expand'), run: (context) => foldSelection(context, 'expand') },
  { id: 'fold', label: 'Collapse or expand the function', keywords: 'toggle fold', group: 'Change', keys: ['F'], keysOnly: true, canRun: someSelected, run: (context) => foldSelection(context, canFold(context, 'collapse') ? 'collapse' : 'expand') },
  { id: 'collapse-all', label: 'Collapse all functions', keywords: 'fold small', group: 'Change', keys: [], canRun: (context) => canFoldAll(context, 'collapse'), run: (context) => foldAll(context, 'collapse') },
  { id: 'expand-all', label: 'Expand all functions', keywords: 'unfold open', group: 'Change', keys: [], canRun: (context) => canFoldAll(context, 'expand'), run: (context) => foldAll(context, 'expand') },
  ...barCommands,
  ...arrangeCommands,
  ...noteColourCommands,
  ...pauseCommands,
  {
    id: 'discard', label: 'Back to what is published', keywords: 'discard draft revert', group: 'Change', keys: [], canRun: ({ published }) => published !== null,
    run: ({ editor, published }) => {
      if (published === null) return
      editor.edit('Back to what is published', () => published.document, { select: [] })
      notifications.show({ message: 'The drawing is what was published. Undo brings your changes back.', autoClose: 6000, withBorder: true })
    },
  },
  ...tryCommands,
  {
    id: 'select-all', label: 'Select all', keywords: '', group: 'Select', keys: ['mod+A'], canRun: always,
    run: ({ editor }) => editor.select(Object.values(editor.store.getState().document.nodes).map((node) => node.id)),
  },
  {
    id: 'select-inside', label: 'Select all steps of this function', keywords: 'frame inside', group: 'Select', keys: ['mod+shift+A'], canRun: someSelected,
    run: ({ editor }) => {
      const { document, selected } = editor.store.getState()
      const frames = new Set([...selected].flatMap((id) => {
        const node = document.nodes[id]
        return node?.type === 'step' ? [node.parent] : node?.type === 'function' ? [id] : []
      }))
      const steps = Object.values(document.nodes).filter((node) => node.type === 'step' && frames.has(node.parent)).map((node) => node.id)
      if (steps.length > 0) editor.select(steps)
    },
  },
  { id: 'select-none', label: 'Select nothing', keywords: 'deselect close', group: 'Select', keys: ['Escape'], viewing: true, canRun: always, run: ({ editor }) => editor.select([]) },
  { id: 'pick', label: 'Select several by tapping', keywords: 'touch tablet finger box multiple', group: 'Select', keys: [], canRun: always, run: togglePicking },
  ...byArrow,
  { id: 'fit', label: 'Show everything', keywords: 'zoom fit', group: 'View', keys: ['1'], viewing: true, canRun: always, run: () => canvasApi()?.fit() },
  { id: 'zoom-selection', label: 'Zoom to the selection', keywords: 'reveal', group: 'View', keys: ['2'], viewing: true, canRun: someSelected, run: ({ editor }) => zoomToSelection(editor) },
  { id: 'zoom-100', label: 'Zoom to 100 %', keywords: '', group: 'View', keys: ['0'], viewing: true, canRun: always, run: () => canvasApi()?.zoomTo(1) },
  { id: 'zoom-in', label: 'Zoom in', keywords: 'larger', group: 'View', keys: ['plus', 'shift+plus', '='], viewing: true, canRun: always, run: () => canvasApi()?.zoomBy('in') },
  { id: 'zoom-out', label: 'Zoom out', keywords: 'smaller', group: 'View', keys: ['-'], viewing: true, canRun: always, run: () => canvasApi()?.zoomBy('out') },
  { id: 'comment', label: 'Comment on the selection, or at a place', keywords: 'discuss mention thread talk pin', group: 'Add', keys: ['C'], viewing: true, canRun: () => canvasApi() !== null, run: ({ editor }) => beginComment(editor) },
  { id: 'comments', label: 'Show or hide the comments', keywords: 'discuss mention threads list', group: 'View', keys: ['shift+C'], viewing: true, canRun: always, run: () => (commentsUi.getState().opened ? closeComments() : openComments()) },
  { id: 'key', label: 'How to read this', keywords: 'legend key help', group: 'View', keys: ['K'], viewing: true, canRun: always, run: () => drawingKey.toggle() },
  ...exportCommands,
  { id: 'import', label: 'Import a file', keywords: 'open json upload drop', group: 'Add', keys: [], canRun: always, run: chooseFile },
  { id: 'tour', label: 'Take the tour', keywords: 'help learn start first', group: 'View', keys: [], canRun: always, run: startTour },
  { id: 'shortcuts', label: 'Shortcuts', keywords: 'keys help', group: 'View', keys: ['?', 'shift+?'], viewing: true, canRun: always, run: () => shortcutsSheet.setState({ opened: true }) },
]

function zoomToSelection(editor: EditorContextValue['editor']): void {
  const { document, selected } = editor.store.getState()
  const ids = [...selected].flatMap((id) => {
    const edge = document.edges[id]
    return edge ? [edge.source, edge.target] : [id]
  })
  canvasApi()?.reveal(ids)
}

const arrows = { ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓' }

/** "⌘Z" on a Mac, "Ctrl Z" elsewhere. */
export function keyText(keys: string): string {
  const mac = typeof navigator !== 'undefined' && /mac|iphone|ipad/i.test(navigator.userAgent)
  const names: Record<string, string> = mac
    ? { mod: '⌘', shift: '⇧', alt: '⌥', plus: '+', Delete: '⌫', Backspace: '⌫', ...arrows }
    : { mod: 'Ctrl', shift: 'Shift', alt: 'Alt', plus: '+', ...arrows }
  return keys.split('+').map((part) => names[part] ?? part).join(mac ? '' : ' ')
}
