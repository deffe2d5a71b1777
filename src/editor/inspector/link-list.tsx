'use client'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { canvasApi } from '../canvas-api.ts'
import { useEditor } from '../context.ts'
import { PaletteGlyph } from '../palette/palette-glyph.tsx'
import type { PaletteKind } from '../place.ts'
import classes from './inspector.module.css'

export interface LinkRow {
  /** Node to go to; absent when it is in another workflow. */
  id?: string
  /** Address of what is in another workflow. */
  href?: string
  text: string
  note?: string
  mono?: boolean
  kind: PaletteKind
  /** What stands under it, and where that leads. */
  under?: { id: string; text: string; mono?: boolean }
}

export function LinkList({ title, rows, empty, aside }: { title: string; rows: LinkRow[]; empty: string; aside?: ReactNode }) {
  const { editor } = useEditor()
  const go = (id: string): void => {
    const edge = editor.store.getState().document.edges[id]
    editor.select([id])
    canvasApi()?.reveal(edge === undefined ? [id] : [edge.source, edge.target])
  }
  return (
    <section>
      <div className={classes.sectionHead}><h3>{title}{rows.length > 0 && <span className="num"> {rows.length}</span>}</h3>{aside}</div>
      {rows.length === 0 ? <p className={classes.quiet}>{empty}</p> : (
        <ul className={classes.links}>
          {rows.map((row, i) => (
            <li key={i}>
              {row.href === undefined
                ? <button type="button" disabled={row.id === undefined} onClick={() => row.id && go(row.id)}><Words row={row} /></button>
                : <Link href={row.href}><Words row={row} /></Link>}
              {row.under && <button type="button" className={classes.under} onClick={() => go(row.under!.id)}><span className={row.under.mono ? 'mono cut' : 'cut'}>{row.under.text}</span></button>}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function Words({ row: { text, note, mono, kind } }: { row: LinkRow }) {
  return (
    <>
      <PaletteGlyph kind={kind} />
      <span className={mono ? 'mono cut' : 'cut'}>{text}</span>
      {note && <small>{note}</small>}
    </>
  )
}
