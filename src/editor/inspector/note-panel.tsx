'use client'
import type { NoteNode } from '#graph/document.ts'
import { longestText } from '#graph/operations.ts'
import { Fields } from '../form/fields.tsx'
import { TextField } from '../form/text-field.tsx'
import { useEditor } from '../context.ts'
import { writeNote } from '../fit-note.ts'
import { NoteColourField } from './note-colour-field.tsx'

export function NotePanel({ node, fresh }: { node: NoteNode; fresh: boolean }) {
  const { editor } = useEditor()
  const write = (text: string): void => editor.edit('Edit note', (document) => writeNote(document, node.id, text), { group: `${node.id}.text` })
  return (
    <Fields>
      <TextField label="Text" value={node.text} onChange={write} multiline fresh={fresh} most={longestText('note', 'text')} help="The first line is bold." />
      <NoteColourField ids={[node.id]} />
    </Fields>
  )
}
