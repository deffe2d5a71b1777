'use client'
/** Named colours for one note or several: a row of choices, each with its shape. */
import { useId } from 'react'
import { NoteShape } from '#canvas/nodes/note-colour.tsx'
import { noteColours } from '#graph/document.ts'
import { notesAmong } from '#graph/edit/settings-of-many.ts'
import { colourLabel, colourNotes } from '../commands/note-colours.ts'
import { useEditor, useEditorState } from '../context.ts'
import classes from './note-colour-field.module.css'

export function NoteColourField({ ids }: { ids: Iterable<string> }) {
  const { editor } = useEditor()
  const document = useEditorState((state) => state.document)
  const name = useId()
  const notes = notesAmong(document, ids)
  const [first] = notes
  if (first === undefined) return null
  const alike = notes.every((note) => note.colour === first.colour)
  return (
    <fieldset className={classes.field} onBlur={({ currentTarget, relatedTarget }) => { if (!currentTarget.contains(relatedTarget)) editor.closeGesture() }}>
      <legend>{notes.length === 1 ? 'Colour' : `Colour of ${notes.length} notes`}</legend>
      <div className={classes.choices}>
        {[undefined, ...noteColours].map((colour) => (
          <label key={colour ?? 'plain'} className={classes.choice} data-colour={colour} title={colourLabel(colour)}>
            <input
              type="radio" name={name} aria-label={colourLabel(colour)} checked={alike && first.colour === colour}
              onChange={() => colourNotes(editor, notes.map((note) => note.id), colour)}
            />
            {colour === undefined ? <span className={classes.plain} aria-hidden="true" /> : <NoteShape colour={colour} size={12} />}
          </label>
        ))}
      </div>
    </fieldset>
  )
}
