/** Every command of the editor as data: toolbar, search and keyboard read this one list. */
import type { GraphDocument } from '#graph/document.ts'
import { clip, paste, type Clipping } from '#graph/edit/paste.ts'
import { removeElements } from '#graph/edit/remove.ts'
import { graphNode } from '#graph/document.ts'
import { nodeTitle } from '#canvas/describe.ts'
import { notifications } from '@mantine/notifications'
import { canvasApi } from '../canvas-api.ts'
import type { EditorContextValue } from '../context.ts'
import { paletteLabel, placeBySelection } from '../place.ts'
import { tidyUp } from './tidy-up.ts'

export interface Command {
  id: string
  label: string
  keywords: string
  /** As @mantine/hooks writes them: "mod+Z". Several mean the same. */
  keys: string[]
  /** Works where nothing may be changed. */
  viewing?: boolean
  canRun(context: EditorContextValue): boolean
  run(context: EditorContextValue): void
}

const always = (): boolean => true
const someSelected = ({ editor }: EditorContextValue): boolean => editor.store.getState().selected.size > 0

function selectionName(document: GraphDocument, ids: ReadonlySet<string>): string {
  const [first] = ids
  const node = first === undefined ? undefined : document.nodes[first]
  if (ids.size !== 1) return `${ids.size} things`
  return node ? nodeTitle(node) : 'line'
}

const clipboardKind = 'fanwise/drawing'
let clipboard: Clipping | null = null

function copySelection({ editor }: EditorContextValue): void {
  const { document, selected } = editor.store.getState()
  clipboard = clip(document, selected)
  void navigator.clipboard?.writeText(JSON.stringify({ kind: clipboardKind, ...clipboard })).catch(() => {})
}

async function readClipboard(): Promise<Clipping | null> {
  try {
    const text = await navigator.clipboard.readText()
    const value = JSON.parse(text) as { kind?: unknown; nodes?: unknown[]; edges?: Clipping['edges'] }
    if (value.kind !== clipboardKind || !Array.isArray(value.nodes)) return clipboard
    return { nodes: value.nodes.map((node) => graphNode.parse(node)), edges: value.edges ?? [] }
  } catch {
    return clipboard
  }
}

function pasteClipping({ editor, place }: EditorContextValue, clipping: Clipping, label: string): void {
  const { document, selected } = editor.store.getState()
  const target = [...selected].map((id) => document.nodes[id]).find((node) => node !== undefined)
  const into = target?.type === 'function' ? target.id : target?.type === 'step' ? target.parent : undefined
  const pasted = paste(document, clipping, { ...(into ? { into } : {}), ...(place.taken ? { taken: place.taken } : {}) })
  editor.edit(label, () => pasted.document, { select: pasted.ids })
}

export const commands: Command[] = [
  { id: 'undo', label: 'Undo', keywords: 'back', keys: ['mod+Z'], canRun: ({ editor }) => editor.store.getState().undoLabel !== null, run: ({ editor }) => void editor.undo() },
  { id: 'redo', label: 'Redo', keywords: 'again', keys: ['mod+shift+Z', 'mod+Y'], canRun: ({ editor }) => editor.store.getState().redoLabel !== null, run: ({ editor }) => void editor.redo() },
  {
    id: 'delete', label: 'Delete selection', keywords: 'remove', keys: ['Delete', 'Backspace'], canRun: someSelected,
    run: ({ editor }) => {
      const { document, selected } = editor.store.getState()
      editor.edit(`Delete ${selectionName(document, selected)}`, (before) => removeElements(before, selected), { select: [] })
    },
  },
  { id: 'copy', label: 'Copy', keywords: '', keys: ['mod+C'], canRun: someSelected, run: copySelection },
  {
    id: 'cut', label: 'Cut', keywords: '', keys: ['mod+X'], canRun: someSelected,
    run: (context) => {
      copySelection(context)
      const { selected } = context.editor.store.getState()
      context.editor.edit('Cut', (before) => removeElements(before, selected), { select: [] })
    },
  },
  { id: 'paste', label: 'Paste', keywords: '', keys: ['mod+V'], canRun: always, run: (context) => void readClipboard().then((found) => found && pasteClipping(context, found, 'Paste')) },
  {
    id: 'duplicate', label: 'Duplicate', keywords: 'copy', keys: ['mod+D'], canRun: someSelected,
    run: (context) => {
      const { document, selected } = context.editor.store.getState()
      pasteClipping(context, clip(document, selected), 'Duplicate')
    },
  },
  {
    id: 'select-all', label: 'Select all', keywords: '', keys: ['mod+A'], canRun: always,
    run: ({ editor }) => editor.select(Object.values(editor.store.getState().document.nodes).map((node) => node.id)),
  },
  { id: 'select-none', label: 'Select nothing', keywords: 'deselect close', keys: ['Escape'], viewing: true, canRun: always, run: ({ editor }) => editor.select([]) },
  {
    id: 'note', label: 'Add a note', keywords: 'comment text', keys: ['shift+S'], canRun: always,
    run: ({ editor, place }) => {
      const { document, selected } = editor.store.getState()
      const added = placeBySelection(document, 'note', selected, canvasApi()?.middle() ?? { x: 0, y: 0 }, place)
      editor.edit(`Add ${paletteLabel('note')}`, () => added.document, { select: [added.id], fresh: added.id })
    },
  },
  { id: 'tidy', label: 'Tidy up', keywords: 'layout arrange', keys: ['shift+alt+T'], canRun: ({ editor }) => Object.keys(editor.store.getState().document.nodes).length > 1, run: (context) => void tidyUp(context) },
  {
    id: 'discard', label: 'Back to what is published', keywords: 'discard draft revert', keys: [], canRun: ({ published }) => published !== null,
    run: ({ editor, published }) => {
      if (published === null) return
      editor.edit('Back to what is published', () => published.document, { select: [] })
      notifications.show({ message: 'The drawing is what was published. Undo brings your changes back.', autoClose: 6000, withBorder: true })
    },
  },
  { id: 'fit', label: 'Show everything', keywords: 'zoom fit', keys: ['1'], viewing: true, canRun: always, run: () => canvasApi()?.fit() },
  { id: 'zoom-100', label: 'Zoom to 100 %', keywords: '', keys: ['0'], viewing: true, canRun: always, run: () => canvasApi()?.zoomTo(1) },
  { id: 'zoom-in', label: 'Zoom in', keywords: 'larger', keys: ['+', '='], viewing: true, canRun: always, run: () => canvasApi()?.zoomBy('in') },
  { id: 'zoom-out', label: 'Zoom out', keywords: 'smaller', keys: ['-'], viewing: true, canRun: always, run: () => canvasApi()?.zoomBy('out') },
]

/** "⌘Z" on a Mac, "Ctrl Z" elsewhere. */
export function keyText(keys: string): string {
  const mac = typeof navigator !== 'undefined' && /mac|iphone|ipad/i.test(navigator.userAgent)
  const names: Record<string, string> = mac
    ? { mod: '⌘', shift: '⇧', alt: '⌥', Delete: '⌫', Backspace: '⌫' }
    : { mod: 'Ctrl', shift: 'Shift', alt: 'Alt' }
  return keys.split(/\+(?=.)/).map((part) => names[part] ?? part).join(mac ? '' : ' ')
}
