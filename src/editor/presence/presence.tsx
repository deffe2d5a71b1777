'use client'
/** Others in the same workflow: their faces in the bar, their pointers and selections on the canvas. */
import { Tooltip } from '@mantine/core'
import { ViewportPortal } from '@xyflow/react'
import { layScene } from '#canvas/scene.ts'
import { useEditorState } from '../context.ts'
import { initials } from './colour.ts'
import { useOthers, usePresence } from './use-presence.ts'
import classes from './presence.module.css'

const facesMost = 4

export function PresentPeople() {
  const others = useOthers((state) => state.others)
  if (others.length === 0) return null
  const names = others.map((one) => one.name).join(', ')
  return (
    <span className={classes.faces} role="img" aria-label={`Also here: ${names}`} data-testid="present">
      {others.slice(0, facesMost).map((one) => (
        <Tooltip key={one.clientId} label={`${one.name} is here`}><span className={classes.face} style={{ background: one.colour }}>{initials(one.name)}</span></Tooltip>
      ))}
      {others.length > facesMost ? <span className={classes.more}>+{others.length - facesMost}</span> : null}
    </span>
  )
}

/** Goes inside the canvas; nothing here takes a click. */
export function OtherPointers() {
  usePresence()
  const others = useOthers((state) => state.others)
  const document = useEditorState((state) => state.document)
  const mine = useEditorState((state) => state.selected)
  if (others.length === 0) return null
  const scene = others.some((one) => one.selected.length > 0) ? layScene(document) : null
  return (
    <ViewportPortal>
      {others.map((one) => {
        const { colour } = one
        return (
          <div key={one.clientId} aria-hidden>
            {scene === null ? null : one.selected.map((id) => {
              const box = scene.boxes.get(id)
              // Around one's own ring, where both have selected it.
              const gap = mine.has(id) ? 8 : 3
              return box === undefined ? null : <div key={id} className={classes.selection} style={{ transform: `translate(${box.x - gap}px, ${box.y - gap}px)`, width: box.w + 2 * gap, height: box.h + 2 * gap, borderColor: colour }} />
            })}
            {one.cursor === null ? null : (
              <div className={classes.pointer} style={{ transform: `translate(${one.cursor.x}px, ${one.cursor.y}px)`, color: colour }} data-testid="pointer">
                <svg width="14" height="18" viewBox="0 0 14 18"><path d="M1 1l11.5 9.2-5.4.7L4.3 16z" fill="currentColor" stroke="var(--fw-surface)" strokeWidth="1.2" strokeLinejoin="round" /></svg>
                <span style={{ background: colour }}>{one.name}</span>
              </div>
            )}
          </div>
        )
      })}
    </ViewportPortal>
  )
}
