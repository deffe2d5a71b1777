'use client'
import Link from 'next/link'
import { isJsonObject } from '#base/json.ts'
import type { StepView } from '#server/runs/get-run.ts'
import { EventShape } from '#ui/event-name.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import classes from './run.module.css'

const shownMax = 5

/** The events an emit step stored, to go on to what they started. */
export function SentEvents({ step }: { step: Pick<StepView, 'kind' | 'output'> }) {
  const workspace = useWorkspace()
  if ((step.kind !== 'emit' && step.kind !== 'emit-each') || !isJsonObject(step.output)) return null
  const { ids: all, firstId, count: sent } = step.output
  // An emit of many items names only its first event.
  const ids = Array.isArray(all) ? all.map(String) : typeof firstId === 'string' ? [firstId] : []
  const count = Number(sent ?? ids.length)
  if (ids.length === 0) return null
  return (
    <div className={classes.sent}>
      <b className="num">Sent {count.toLocaleString('en')} {count === 1 ? 'event' : 'events'}</b>
      {ids.slice(0, shownMax).map((id) => (
        <Link key={id} href={workspace.path(`/events/${id}`)} prefetch={false} className="mono cut"><EventShape /> {id}</Link>
      ))}
      {count > Math.min(shownMax, ids.length) ? <span className={classes.quiet}>and {(count - Math.min(shownMax, ids.length)).toLocaleString('en')} more</span> : null}
    </div>
  )
}
