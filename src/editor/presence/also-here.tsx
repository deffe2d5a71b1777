'use client'
/** Who else has this very thing selected, and what becomes of edits of both. */
import { initials } from './colour.ts'
import { useOthers } from './use-presence.ts'
import classes from './presence.module.css'

export function AlsoHere({ id }: { id: string }) {
  const here = useOthers((state) => state.others).filter((one) => one.selected.includes(id))
  if (here.length === 0) return null
  const names = here.map((one) => one.name)
  return (
    <p className={classes.also} role="status" data-testid="also-here">
      <span className={classes.faces} aria-hidden>
        {here.slice(0, 3).map((one) => <span key={one.clientId} className={classes.face} style={{ background: one.colour }}>{initials(one.name)}</span>)}
      </span>
      <span><b>{names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : names[0]}</b> {here.length === 1 ? 'is' : 'are'} here, too. In one text, what each of you writes is kept; of any other field the last value stays.</span>
    </p>
  )
}
