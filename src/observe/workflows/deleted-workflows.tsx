'use client'
/** What was deleted, and the way back, for those who come after the note with Undo has gone. */
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useBringBack } from '#ui/bring-back.tsx'
import { RelativeTime } from '#ui/relative-time.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import classes from './workflows.module.css'

/** Nothing for viewers, and where nothing was deleted. */
export function DeletedWorkflows() {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const { data: deleted = [] } = useQuery(trpc.workflows.deleted.queryOptions({ workspace: workspace.slug }, { enabled: workspace.role !== 'viewer' }))
  const back = useBringBack()
  if (deleted.length === 0) return null
  return (
    <details className={classes.deleted} data-testid="deleted-workflows">
      <summary>{deleted.length === 1 ? 'One deleted workflow' : `${deleted.length} deleted workflows`}</summary>
      <ul>
        {deleted.map(({ slug, name, deletedAt }) => (
          <li key={slug}>
            <span className="cut">{name}</span>
            <span className={classes.when}>deleted <RelativeTime at={deletedAt} ago /></span>
            <Button size="xs" aria-label={`Bring back ${name}`} loading={back.isPending && back.variables.slug === slug} disabled={back.isPending} onClick={() => back.mutate({ workspace: workspace.slug, slug })}>Bring back</Button>
          </li>
        ))}
      </ul>
    </details>
  )
}
