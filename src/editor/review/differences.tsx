'use client'
/** What is different in one function, in lines: part, field, old → new. */
import type { Json } from '#base/json.ts'
import type { Difference } from '#graph/differences.ts'
import classes from './review.module.css'

const shownMost = 40

export function Differences({ list, onFocus }: { list: Difference[]; onFocus?: (nodeId: string) => void }) {
  if (list.length === 0) return null
  return (
    <ul className={classes.differences}>
      {list.slice(0, shownMost).map((one, i) => (
        <li key={i} onPointerEnter={() => one.nodeId !== undefined && onFocus?.(one.nodeId)}>
          <span className={classes.sign} data-change={one.change} aria-label={one.change}>{{ added: '+', changed: '~', removed: '−' }[one.change]}</span>
          <span>
            <b>{one.part}</b>{one.field === undefined ? '' : ` · ${one.field}`}{' '}
            {one.from !== undefined && <del title={text(one.from, 2000)}>{text(one.from)}</del>}
            {one.from !== undefined && one.to !== undefined && ' → '}
            {one.to !== undefined && <ins title={text(one.to, 2000)}>{text(one.to)}</ins>}
          </span>
        </li>
      ))}
      {list.length > shownMost && <li>and {list.length - shownMost} more</li>}
    </ul>
  )
}

function text(value: Json, most = 90): string {
  const written = typeof value === 'string' ? value || '(empty)' : JSON.stringify(value)
  return written.length <= most ? written : `${written.slice(0, most - 1)}…`
}
