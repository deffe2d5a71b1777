'use client'
import type { NoteNode } from '#graph/document.ts'
import { TextField } from '../form/text-field.tsx'
import { useEditor } from '../context.ts'
import { writeNote } from '../fit-note.ts'

export function NotePanel({ node, fresh }: { node: NoteNode; fresh: boolean }) {
  const { editor } = useEditor()
  const write = (text: string): void => editor.edit('Edit note', (document) => writeNote(document, node.id, text), { group: `${node.id}.text` })
  return <TextField label="Text" value={node.text} onChange={write} multiline fresh={fresh} help="The first line is bold." />
}
