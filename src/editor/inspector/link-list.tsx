'use client'
import type { ReactNode } from 'react'
import { canvasApi } from '../canvas-api.ts'
import { useEditor } from '../context.ts'
import { PaletteGlyph } from '../palette/palette-glyph.tsx'
import type { PaletteKind } from '../place.ts'
import classes from './inspector.module.css'

export interface LinkRow {
  /** Node to go to; absent when it is in another workflow. */
  id?: string
  text: string
  note?: string
  mono?: boolean
  kind: PaletteKind
}

export function LinkList({ title, rows, empty, aside }: { title: string; rows: LinkRow[]; empty: string; aside?: ReactNode }) {
  const { editor } = useEditor()
  const go = (id: string): void => {
    editor.select([id])
    canvasApi()?.reveal([id])
  }
  return (
    <section>
      <div className={classes.sectionHead}><h3>{title}{rows.length > 0 && <span className="num"> {rows.length}</span>}</h3>{aside}</div>
      {rows.length === 0 ? <p className={classes.quiet}>{empty}</p> : (
        <ul className={classes.links}>
          {rows.map(({ id, text, note, mono, kind }, i) => (
            <li key={i}>
              <button type="button" disabled={id === undefined} onClick={() => id && go(id)}>
                <PaletteGlyph kind={kind} />
                <span className={mono ? 'mono cut' : 'cut'}>{text}</span>
                {note && <small>{note}</small>}
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
