/** The colour of notes, of one or of all that are selected. The panel and the search by name run the same. */
import { noteColours, type NoteColour } from '#graph/document.ts'
import { notesAmong, setNoteColourOf } from '#graph/edit/settings-of-many.ts'
import type { EditorContextValue } from '../context.ts'
import type { Editor } from '../store.ts'
import type { Command } from './command.ts'

export const colourLabel = (colour: NoteColour | undefined): string => (colour === undefined ? 'Plain' : `${colour.charAt(0).toUpperCase()}${colour.slice(1)}`)

export function colourNotes(editor: Editor, ids: Iterable<string>, colour: NoteColour | undefined): void {
  const all = [...ids]
  const notes = notesAmong(editor.store.getState().document, all).length
  editor.edit(`Make ${notes === 1 ? 'a note' : `${notes} notes`} ${colour ?? 'plain'}`, (before) => setNoteColourOf(before, all, colour), { group: `colour ${all.join()}` })
}

const selectedNotes = ({ editor }: EditorContextValue) => notesAmong(editor.store.getState().document, editor.store.getState().selected)

export const noteColourCommands: Command[] = [undefined, ...noteColours].map((colour): Command => ({
  id: `note-${colour ?? 'plain'}`, label: `Make the selected notes ${colour ?? 'plain'}`, keywords: 'colour color paint', group: 'Change', keys: [],
  canRun: (context) => selectedNotes(context).some((note) => note.colour !== colour),
  run: (context) => {
    context.editor.closeGesture()
    colourNotes(context.editor, context.editor.store.getState().selected, colour)
    context.editor.closeGesture()
  },
}))
