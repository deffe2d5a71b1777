'use client'
/** What a Code step wrote to its console in one run. Nothing where it wrote nothing. */
import { useQuery } from '@tanstack/react-query'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import classes from './step-console.module.css'

/** @param run its public id @param step its key */
export function StepConsole({ run, step }: { run: string; step: string }) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const { data } = useQuery(trpc.runs.console.queryOptions({ workspace: workspace.slug, id: run, step }))
  if (data === undefined || data.length === 0) return null
  const several = data.length > 1
  return (
    <section className={classes.console} aria-label="Console" data-testid="step-console">
      <h3>Console</h3>
      {data.map(({ attempt, item, text }) => (
        <div key={`${item} ${attempt}`}>
          {several ? <p>{[item === null ? [] : `Item ${item + 1}`, attempt > 1 || item === null ? `attempt ${attempt}` : []].flat().join(', ')}</p> : null}
          <pre tabIndex={0}>{text}</pre>
        </div>
      ))}
    </section>
  )
}
