/** Functions small or at full size. An edit like any other: saved, undone, seen by everyone. */
import type { GraphDocument } from '#graph/document.ts'
import { functionsMeant, setCollapsed } from '#graph/edit/collapse.ts'
import type { EditorContextValue } from '../context.ts'
import type { Editor } from '../store.ts'
import { focusNode } from './focus.ts'
import { selectionName } from './selection-name.ts'

export type Fold = 'collapse' | 'expand'

const words: Record<Fold, string> = { collapse: 'Collapse', expand: 'Expand' }

const open = (document: GraphDocument, id: string): boolean => {
  const node = document.nodes[id]
  return node?.type === 'function' && node.collapsed !== true
}

/** Those of the functions that `how` would change. */
function changing(document: GraphDocument, ids: string[], how: Fold): string[] {
  return ids.filter((id) => open(document, id) === (how === 'collapse'))
}

function fold(editor: Editor, ids: string[], how: Fold): void {
  const { document, selected } = editor.store.getState()
  const frames = changing(document, ids, how)
  if (frames.length === 0) return
  // A step that goes out of sight hands the selection to its frame.
  const kept = [...selected].flatMap((id) => {
    const node = document.nodes[id]
    return how === 'collapse' && node?.type === 'step' && frames.includes(node.parent) ? [node.parent] : [id]
  })
  editor.edit(`${words[how]} ${selectionName(document, frames)}`, (before) => setCollapsed(before, frames, how === 'collapse'), { select: [...new Set(kept)] })
  if (kept.length === 1 && frames.includes(kept[0]!)) focusNode(kept[0]!)
}

export function canFold({ editor }: EditorContextValue, how: Fold): boolean {
  const { document, selected } = editor.store.getState()
  return changing(document, functionsMeant(document, selected), how).length > 0
}

export function foldSelection({ editor }: EditorContextValue, how: Fold): void {
  const { document, selected } = editor.store.getState()
  fold(editor, functionsMeant(document, selected), how)
}

export function canFoldAll({ editor }: EditorContextValue, how: Fold): boolean {
  const { document } = editor.store.getState()
  return changing(document, Object.keys(document.nodes).filter((id) => document.nodes[id]!.type === 'function'), how).length > 0
}

export function foldAll({ editor }: EditorContextValue, how: Fold): void {
  fold(editor, Object.keys(editor.store.getState().document.nodes).filter((id) => editor.store.getState().document.nodes[id]!.type === 'function'), how)
}

/** By the arrow in a frame's head, or a double click. */
export function toggleCollapsed(editor: Editor, ids: string[]): void {
  const { document } = editor.store.getState()
  fold(editor, ids, ids.some((id) => open(document, id)) ? 'collapse' : 'expand')
}
