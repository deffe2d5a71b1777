'use client'
/**
 * Copy, cut and paste as JSON on the system's clipboard, so that parts go between workflows, tabs
 * and chats. Keys use the browser's own clipboard events, which ask for no permission; menus use
 * the clipboard API, and what was copied here last where that one is refused.
 */
import { useEffect } from 'react'
import { boxAt, layScene, type Scene } from '#canvas/scene.ts'
import type { GraphDocument, Position } from '#graph/document.ts'
import { addFunction } from '#graph/edit/add-node.ts'
import { clearOffset, makeRoom, standClear } from '#graph/edit/make-room.ts'
import { clip, paste, type Clipping, type Pasted } from '#graph/edit/paste.ts'
import { readClipping, writeClipping } from '#graph/edit/read-clipping.ts'
import { removeElements } from '#graph/edit/remove.ts'
import { firstStep, roundTo, snap } from '#graph/sizes.ts'
import { canvasApi } from '../canvas-api.ts'
import { useEditor, type EditorContextValue } from '../context.ts'
import { looseWords } from '../loose-words.ts'
import { announce } from './announce.ts'
import { isCanvasFocused } from './focus.ts'
import { selectionName } from './selection-name.ts'
import { tell } from './tell.ts'

let lastCopied = ''

/** The text for the clipboard; null when no node is selected. */
function copied({ editor }: EditorContextValue): string | null {
  const { document, selected } = editor.store.getState()
  const clipping = clip(document, selected)
  if (clipping.nodes.length === 0) return null
  lastCopied = writeClipping(clipping)
  announce(`Copied ${selectionName(document, selected)}`)
  return lastCopied
}

export function copySelection(context: EditorContextValue): void {
  const text = copied(context)
  if (text !== null) void navigator.clipboard?.writeText(text).catch(() => {})
}

export function cutSelection(context: EditorContextValue): void {
  copySelection(context)
  removeSelected(context, 'Cut')
}

export function removeSelected({ editor }: EditorContextValue, verb: 'Cut' | 'Delete'): void {
  const { document, selected } = editor.store.getState()
  editor.edit(`${verb} ${selectionName(document, selected)}`, (before) => removeElements(before, selected), { select: [] })
  const loose = looseWords(document, editor.store.getState().document)
  if (loose !== null) tell('dropped', loose, 9000)
}

export async function pasteFromClipboard(context: EditorContextValue): Promise<void> {
  const text = await navigator.clipboard?.readText().catch(() => lastCopied)
  pasteText(context, text ?? lastCopied, canvasApi()?.pointer() ?? null)
}

/** Puts copied parts into the drawing, at a point of the canvas or beside where they came from. */
export function pasteText(context: EditorContextValue, text: string, at: Position | null, verb: 'Paste' | 'Insert' = 'Paste'): void {
  const read = readClipping(text)
  if ('refused' in read) return tell('clipboard', read.refused)
  pasteClipping(context, read.clipping, verb, at)
  if (read.leftOut > 0) tell('clipboard', `${read.leftOut} ${read.leftOut === 1 ? 'part' : 'parts'} of what was copied did not fit into a drawing and ${read.leftOut === 1 ? 'was' : 'were'} left out.`)
}

/** All of another drawing, in the middle of what is in view. */
export function insertDrawing(context: EditorContextValue, drawing: GraphDocument): void {
  pasteClipping(context, clip(drawing, Object.keys(drawing.nodes)), 'Insert', canvasApi()?.middle() ?? null)
  announce('The drawing of the file is inserted. Undo takes it out.')
}

export function duplicateSelection(context: EditorContextValue): void {
  const { document, selected } = context.editor.store.getState()
  pasteClipping(context, clip(document, selected), 'Duplicate', null)
}

function pasteClipping({ editor, place }: EditorContextValue, clipping: Clipping, verb: string, pointer: Position | null): void {
  const { document, selected } = editor.store.getState()
  const taken = [...(place.taken ?? [])]
  const pasted = pasteAt(document, clipping, { pointer, selected, taken })
  if (pasted.ids.length === 0) return
  const name = selectionName(pasted.document, pasted.ids.filter((id) => isOutermost(pasted, id)))
  const select = pasted.ids.filter((id) => isOutermost(pasted, id))
  editor.edit(`${verb} ${name}`, () => makeRoom(document, pasted.document), { select })
  // It may stand below what is in view; it is drawn in the next frame.
  if (pointer === null) requestAnimationFrame(() => requestAnimationFrame(() => canvasApi()?.keepInView(select[0] as string)))
}

function isOutermost({ document, ids }: Pasted, id: string): boolean {
  const node = document.nodes[id]
  return node?.type !== 'step' || !ids.includes(node.parent)
}

interface Where {
  /** Canvas coordinates; without them it lands where it came from, or below what stands there. */
  pointer: Position | null
  selected: ReadonlySet<string>
  taken: readonly string[]
}

/** Steps without their frame join the frame under the pointer, the selected one, their own, or get one. Pure. */
export function pasteAt(document: GraphDocument, clipping: Clipping, where: Where): Pasted {
  const frames = new Set(clipping.nodes.map((node) => node.id))
  const loose = new Set(clipping.nodes.flatMap((node) => (node.type === 'step' && !frames.has(node.parent) ? [node.id] : [])))
  if (loose.size === 0) return pasteFree(document, clipping, where)
  const scene = layScene(document)
  if (loose.size === clipping.nodes.length) return pasteSteps(document, clipping, where, scene)
  const part = (isLoose: boolean): Clipping => ({ nodes: clipping.nodes.filter((node) => loose.has(node.id) === isLoose), edges: clipping.edges.filter((edge) => loose.has(edge.source) === isLoose) })
  const free = pasteFree(document, part(false), where)
  const steps = pasteSteps(free.document, part(true), where, scene)
  return { document: steps.document, ids: [...free.ids, ...steps.ids] }
}

/** What brings its frames along. */
function pasteFree(document: GraphDocument, clipping: Clipping, { pointer, taken }: Where): Pasted {
  const outer = clipping.nodes.filter((node) => node.type !== 'step')
  return paste(document, clipping, { taken, offset: pointer ? offsetTo(pointer, outer) : clearOffset(document, outer) })
}

/** @param scene of what was there before anything of this was pasted */
function pasteSteps(document: GraphDocument, clipping: Clipping, { pointer, selected, taken }: Where, scene: Scene): Pasted {
  const loose = clipping.nodes
  const under = pointer && boxAt(scene, pointer)
  const chosen = [under?.node, ...[...selected].map((id) => document.nodes[id])].find((node) => node !== undefined)
  const into = chosen?.type === 'function' ? chosen.id : chosen?.type === 'step' ? chosen.parent : undefined
  if (into !== undefined) {
    const box = scene.boxes.get(into)!
    const offset = under && pointer ? offsetTo({ x: pointer.x - box.x, y: pointer.y - box.y }, loose) : clearOffset(document, loose, into)
    return paste(document, clipping, { into, taken, offset })
  }
  if (pointer === null && loose.every((node) => node.type === 'step' && document.nodes[node.parent]?.type === 'function')) return paste(document, clipping, { taken })
  const at = pointer ?? canvasApi()?.middle() ?? { x: 0, y: 0 }
  const around = addFunction(document, { position: { x: roundTo(at.x - firstStep.x, snap), y: roundTo(at.y - firstStep.y, snap) }, taken })
  const pasted = paste(around.document, clipping, { into: around.id, taken, offset: offsetTo(firstStep, loose) })
  return { ...pasted, document: standClear(pasted.document, around.id) }
}

function offsetTo(point: Position, nodes: Clipping['nodes']): Position {
  return {
    x: roundTo(point.x - Math.min(...nodes.map((node) => node.position.x)), snap),
    y: roundTo(point.y - Math.min(...nodes.map((node) => node.position.y)), snap),
  }
}

/** Listens to the browser's copy, cut and paste while the focus is on the canvas or nowhere. */
export function useClipboardEvents(): void {
  const context = useEditor()
  useEffect(() => {
    if (context.viewOnly) return
    const write = (event: ClipboardEvent): void => {
      // Text that is marked on the page is copied as text; what a field that was left has marked reads like it, but is collapsed.
      if (!isCanvasFocused() || window.getSelection()?.isCollapsed === false) return
      const text = copied(context)
      if (text === null) return
      event.clipboardData?.setData('text/plain', text)
      event.preventDefault()
      if (event.type === 'cut') removeSelected(context, 'Cut')
    }
    const read = (event: ClipboardEvent): void => {
      // A field that has used what was pasted may be gone by now, and the focus with it.
      if (event.defaultPrevented || !isCanvasFocused()) return
      event.preventDefault()
      pasteText(context, event.clipboardData?.getData('text/plain') ?? '', canvasApi()?.pointer() ?? null)
    }
    window.document.addEventListener('copy', write)
    window.document.addEventListener('cut', write)
    window.document.addEventListener('paste', read)
    return () => {
      window.document.removeEventListener('copy', write)
      window.document.removeEventListener('cut', write)
      window.document.removeEventListener('paste', read)
    }
  }, [context])
}
