'use client'
/** Click adds by the selection; dragging drops where the pointer is. Pointer events, so touch works too. */
import { useRef, useState, type PointerEvent as ReactPointerEvent } from 'react'
import { createPortal } from 'react-dom'
import { IconSearch } from '@tabler/icons-react'
import { boxAt, layScene } from '#canvas/scene.ts'
import { openAdd } from '../commands/command-search.tsx'
import { canvasApi } from '../canvas-api.ts'
import { useEditor } from '../context.ts'
import { betweenWords, joinWords } from '../drop.ts'
import { dropSource, isStepKind, lineAt, paletteLabel, placeAt, placeBySelection, type PaletteKind } from '../place.ts'
import { paletteEntries, paletteGroups } from './entries.ts'
import { PaletteGlyph } from './palette-glyph.tsx'
import classes from './palette.module.css'

interface Ghost {
  kind: PaletteKind
  x: number
  y: number
  /** What dropping here does. */
  hint: string
}

export function Palette({ onDone }: { onDone?: () => void }) {
  const { editor, place } = useEditor()
  const [ghost, setGhost] = useState<Ghost | null>(null)

  const add = (kind: PaletteKind): void => {
    const { document, selected } = editor.store.getState()
    const added = placeBySelection(document, kind, selected, canvasApi()?.middle() ?? { x: 0, y: 0 }, place)
    editor.edit(`Add ${paletteLabel(kind)}`, () => added.document, { select: [added.id], fresh: added.id })
    onDone?.()
  }
  const drop = (kind: PaletteKind, x: number, y: number): void => {
    const point = canvasApi()?.toCanvas(x, y)
    if (!point) return
    const added = placeAt(editor.store.getState().document, kind, point, place)
    editor.edit(`Add ${paletteLabel(kind)}`, () => added.document, { select: [added.id], fresh: added.id })
    onDone?.()
  }
  const hint = (kind: PaletteKind, x: number, y: number): string => {
    const point = canvasApi()?.toCanvas(x, y)
    if (!point) return ''
    const { document } = editor.store.getState()
    const scene = layScene(document)
    const source = dropSource(scene, kind, point)
    if (source !== null) return source.type === 'event' ? `reacts to ${source.event || 'this event'}` : 'starts by this schedule'
    if (!isStepKind(kind)) return ''
    const line = lineAt(document, point, { scene })
    if (line !== null) return `goes ${betweenWords(document, line)}`
    const under = boxAt(scene, point)
    const frame = under?.node.type === 'step' ? document.nodes[under.node.parent] : under?.node
    return joinWords(frame?.type === 'function' ? frame : null)
  }

  return (
    <div className={classes.palette} aria-label="Add to the drawing" role="toolbar" aria-orientation="vertical">
      <button type="button" className={classes.find} onClick={openAdd}>
        <IconSearch size={15} stroke={1.7} aria-hidden="true" />Add<kbd>N</kbd>
      </button>
      {paletteGroups.map((group) => (
        <section key={group}>
          <h3>{group}</h3>
          {paletteEntries.filter((entry) => entry.group === group).map(({ kind, blurb }) => (
            <Item
              key={kind} kind={kind} blurb={blurb} onAdd={() => add(kind)} onDrop={(x, y) => drop(kind, x, y)}
              onMove={(x, y) => setGhost(x === null ? null : { kind, x, y: y as number, hint: hint(kind, x, y as number) })}
            />
          ))}
        </section>
      ))}
      {ghost && createPortal(
        <div className={classes.ghost} style={{ transform: `translate(${ghost.x + 10}px, ${ghost.y + 8}px)` }}>
          <PaletteGlyph kind={ghost.kind} />
          <span>{paletteLabel(ghost.kind)}{ghost.hint && <small>{ghost.hint}</small>}</span>
        </div>,
        window.document.body,
      )}
    </div>
  )
}

interface ItemProps {
  kind: PaletteKind
  blurb: string
  onAdd(): void
  onDrop(x: number, y: number): void
  onMove(x: number | null, y?: number): void
}

function Item({ kind, blurb, onAdd, onDrop, onMove }: ItemProps) {
  const dragged = useRef(false)
  const press = (event: ReactPointerEvent<HTMLButtonElement>): void => {
    if (event.button !== 0) return
    const { clientX, clientY, pointerId, currentTarget } = event
    dragged.current = false
    const move = (next: PointerEvent): void => {
      if (!dragged.current && Math.hypot(next.clientX - clientX, next.clientY - clientY) < 5) return
      dragged.current = true
      onMove(next.clientX, next.clientY)
    }
    const end = (next: PointerEvent, done: boolean): void => {
      window.removeEventListener('pointermove', move)
      window.removeEventListener('pointerup', up)
      window.removeEventListener('pointercancel', cancel)
      window.removeEventListener('keydown', escape, true)
      onMove(null)
      if (done && dragged.current) onDrop(next.clientX, next.clientY)
    }
    const up = (next: PointerEvent): void => end(next, true)
    const cancel = (next: PointerEvent): void => end(next, false)
    const escape = (key: KeyboardEvent): void => {
      if (key.key === 'Escape') end(new PointerEvent('pointercancel'), false)
    }
    window.addEventListener('pointermove', move)
    window.addEventListener('pointerup', up)
    window.addEventListener('pointercancel', cancel)
    window.addEventListener('keydown', escape, true)
    if (currentTarget.hasPointerCapture(pointerId)) currentTarget.releasePointerCapture(pointerId)
  }
  return (
    <button
      type="button" className={classes.item} data-testid={`palette-${kind}`} title={blurb} onPointerDown={press}
      onClick={(event) => {
        // A drag that ends here is no click, but a key (of no clicks) that is pressed after one is.
        if (!dragged.current || event.detail === 0) onAdd()
        dragged.current = false
      }}
    >
      <span className={classes.glyph} data-accent={['event', 'webhook', 'schedule', 'emit', 'emit-each'].includes(kind) || undefined}><PaletteGlyph kind={kind} /></span>
      {paletteLabel(kind)}
    </button>
  )
}
