'use client'
/** A file dropped on the canvas or chosen: copied parts go into this drawing, a workflow is looked at first. */
import { useRef, useState } from 'react'
import { FileDrop, readFile, type Point } from '#ui/import/file-drop.tsx'
import { ImportDialog, type ImportFile } from '#ui/import/import-dialog.tsx'
import { Thumbnail } from '#canvas/thumbnail.tsx'
import { clippingKind } from '#graph/edit/read-clipping.ts'
import { canvasApi } from '../canvas-api.ts'
import { insertDrawing, pasteText } from '../commands/clipboard.ts'
import { useEditor } from '../context.ts'

let opener: (() => void) | null = null

/** Opens the system's list of files. */
export function chooseFile(): void {
  opener?.()
}

/** Goes beside the canvas once; does nothing where nothing may be changed. */
export function CanvasFiles() {
  const context = useEditor()
  return context.viewOnly ? null : <Files />
}

function Files() {
  const context = useEditor()
  const input = useRef<HTMLInputElement>(null)
  const [file, setFile] = useState<ImportFile | null>(null)
  const take = (read: ImportFile, at: Point | null): void => {
    const point = at === null ? null : (canvasApi()?.toCanvas(at.x, at.y) ?? null)
    if (isParts(read.text)) pasteText(context, read.text, point ?? canvasApi()?.middle() ?? null, 'Insert')
    else setFile(read)
  }
  return (
    <>
      <input
        ref={(element) => {
          input.current = element
          opener = element === null ? null : () => element.click()
        }}
        type="file" accept=".json,application/json" hidden aria-label="File to import"
        onChange={(event) => {
          const [chosen] = event.currentTarget.files ?? []
          if (chosen !== undefined) void readFile(chosen).then((read) => read !== null && take(read, null))
          event.currentTarget.value = ''
        }}
      />
      <FileDrop words="Drop it to insert or import" onFile={take} />
      <ImportDialog
        file={file} onClose={() => setFile(null)} picture={(document) => <Thumbnail document={document} label="Drawing in the file" />}
        onInsert={(preview) => {
          insertDrawing(context, preview.document)
          setFile(null)
        }}
      />
    </>
  )
}

function isParts(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && 'kind' in value && value.kind === clippingKind
  } catch {
    return false
  }
}
