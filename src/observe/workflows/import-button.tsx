'use client'
/** A file becomes a workflow: chosen here, or dropped anywhere on the page. */
import { Button } from '@mantine/core'
import { IconUpload } from '@tabler/icons-react'
import { useRef, useState } from 'react'
import { FileDrop, readFile } from '#ui/import/file-drop.tsx'
import { ImportDialog, type ImportFile } from '#ui/import/import-dialog.tsx'
import { Thumbnail } from '#canvas/thumbnail.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'

export function ImportButton() {
  const workspace = useWorkspace()
  const input = useRef<HTMLInputElement>(null)
  const [file, setFile] = useState<ImportFile | null>(null)
  if (workspace.role === 'viewer') return null
  return (
    <>
      <Button leftSection={<IconUpload size={15} stroke={1.7} />} onClick={() => input.current?.click()}>Import</Button>
      <input
        ref={input} type="file" accept=".json,application/json" hidden aria-label="File to import"
        onChange={(event) => {
          const [chosen] = event.currentTarget.files ?? []
          if (chosen !== undefined) void readFile(chosen).then(setFile)
          // The same file can be chosen again after it was mended.
          event.currentTarget.value = ''
        }}
      />
      <FileDrop words="Drop it to import a workflow" onFile={setFile} />
      <ImportDialog file={file} onClose={() => setFile(null)} picture={(document) => <Thumbnail document={document} label="Drawing in the file" />} />
    </>
  )
}
