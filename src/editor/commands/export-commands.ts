'use client'
/** Taking a drawing, or a part of it, out: as a file that import and paste read back, or as a picture. */
import type { GraphDocument } from '#graph/document.ts'
import { clip } from '#graph/edit/paste.ts'
import { writeClipping } from '#graph/edit/read-clipping.ts'
import { notifyError } from '#ui/notify.ts'
import type { EditorContextValue } from '../context.ts'
import { download, drawingPng, drawingSvg } from '../review/export-picture.tsx'
import type { Command } from './command.ts'
import { announce } from './announce.ts'

export type ExportKind = 'json' | 'svg' | 'png'
export type ExportPart = 'workflow' | 'selection'

/** The selected things as a drawing of their own; selected steps keep the frame they are in. */
export function selectedDrawing({ editor }: EditorContextValue): GraphDocument {
  const { document, selected } = editor.store.getState()
  const { nodes, edges } = clip(document, selected)
  const frames = nodes.flatMap((node) => (node.type === 'step' ? [document.nodes[node.parent]!] : []))
  return { version: document.version, nodes: Object.fromEntries([...frames, ...nodes].map((node) => [node.id, node])), edges: Object.fromEntries(edges.map((edge) => [edge.id, edge])) }
}

/** The whole workflow as the text that import reads. */
export function workflowFile({ editor, name, slug }: EditorContextValue): string {
  return JSON.stringify({ slug, name, graph: editor.store.getState().document }, null, 2)
}

export async function exportDrawing(context: EditorContextValue, part: ExportPart, kind: ExportKind): Promise<void> {
  const { editor, name, slug } = context
  const { document, selected } = editor.store.getState()
  const file = `${slug}${part === 'workflow' ? '' : '-selection'}.${kind}`
  const drawing = part === 'workflow' ? document : selectedDrawing(context)
  const label = part === 'workflow' ? `Drawing of ${name}` : `Part of the drawing of ${name}`
  try {
    if (kind === 'svg') download(file, new Blob([drawingSvg(drawing, label)], { type: 'image/svg+xml' }))
    else if (kind === 'png') download(file, await drawingPng(drawing, label))
    else {
      const text = part === 'workflow' ? workflowFile(context) : JSON.stringify(JSON.parse(writeClipping(clip(document, selected))), null, 2)
      download(file, new Blob([text], { type: 'application/json' }))
    }
    announce(`${file} is downloaded.`)
  } catch (error) {
    notifyError(error)
  }
}

/** A drawing can hold lines that are selected; only things make a part of it. */
export const nodesSelected = ({ editor }: EditorContextValue): boolean => {
  const { document, selected } = editor.store.getState()
  return [...selected].some((id) => document.nodes[id] !== undefined)
}

const anything = ({ editor }: EditorContextValue): boolean => Object.keys(editor.store.getState().document.nodes).length > 0

const kinds: { kind: ExportKind; whole: string; part: string }[] = [
  { kind: 'json', whole: 'Download the workflow as JSON', part: 'Download the selection as JSON' },
  { kind: 'svg', whole: 'Download a picture as SVG', part: 'Download a picture of the selection as SVG' },
  { kind: 'png', whole: 'Download a picture as PNG', part: 'Download a picture of the selection as PNG' },
]

export const exportCommands: Command[] = kinds.flatMap(({ kind, whole, part }): Command[] => {
  const common: Pick<Command, 'keywords' | 'group' | 'keys' | 'viewing'> = { keywords: 'export save file image', group: 'View', keys: [], viewing: true }
  return [
    { ...common, id: `export-${kind}`, label: whole, canRun: anything, run: (context) => void exportDrawing(context, 'workflow', kind) },
    { ...common, id: `export-selection-${kind}`, label: part, canRun: nodesSelected, run: (context) => void exportDrawing(context, 'selection', kind) },
  ]
})
