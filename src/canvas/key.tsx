'use client'
/** "How to read this": the grammar of the canvas, until it is closed. `?` brings it back. */
import { CloseButton } from '@mantine/core'
import type { ReactNode } from 'react'
import { RetryBars } from '#ui/retry-bars.tsx'
import { eventPath } from '#ui/shapes/event.ts'
import { fanBlades } from '#ui/shapes/fan.ts'
import classes from './key.module.css'

const fan = fanBlades({ pivot: { x: 6, y: 10 }, inner: 11, outer: 21, half: 0.75, count: 3, gap: 1.6 })

const rows: { name: string; text: string; drawing: ReactNode }[] = [
  {
    name: 'Event', text: 'solid: it happened',
    drawing: <path transform="translate(3 2)" d={eventPath(24, 16)} className={classes.solid} />,
  },
  {
    name: 'Function', text: 'double wall: fails alone',
    drawing: (
      <>
        <rect x="2" y="1.5" width="26" height="17" rx="4" className={classes.outline} />
        <rect x="4.6" y="4.1" width="20.8" height="11.8" rx="2" className={classes.outline} />
      </>
    ),
  },
  {
    name: 'Step', text: 'shares its function’s fate',
    drawing: (
      <>
        <rect x="3" y="4" width="24" height="12" rx="2" className={classes.outline} />
        <rect x="6" y="7" width="6" height="6" rx="1" className={classes.wall} />
      </>
    ),
  },
  { name: 'Retries', text: 'bars left, hollow ones used', drawing: null },
  {
    name: 'Emit', text: 'a step that ends in events',
    drawing: (
      <>
        <path d="M17 4H4a1 1 0 0 0-1 1v10a1 1 0 0 0 1 1h13z" className={classes.outline} />
        {fan.map((blade, i) => <path key={i} d={blade} className={classes.solid} />)}
      </>
    ),
  },
]

export function CanvasKey({ onClose }: { onClose: () => void }) {
  return (
    <section className={classes.key} aria-label="How to read this">
      <header>How to read this<CloseButton size={20} iconSize={13} aria-label="Close the key" onClick={onClose} /></header>
      {rows.map(({ name, text, drawing }) => (
        <div key={name} className={classes.row}>
          {drawing ? <svg width="30" height="20" viewBox="0 0 30 20" aria-hidden="true">{drawing}</svg> : <span className={classes.bars}><RetryBars left={3} used={1} /></span>}
          <b>{name}</b>
          <span>{text}</span>
        </div>
      ))}
    </section>
  )
}
