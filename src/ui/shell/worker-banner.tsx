'use client'
/** Runs that wait because nobody works on them are told, with the command that mends it. */
import { useQuery } from '@tanstack/react-query'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import classes from './worker-banner.module.css'

const lookEveryMs = 20_000

export function WorkerBanner() {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const gone = useQuery(trpc.runs.workerGone.queryOptions({ workspace: workspace.slug }, { refetchInterval: lookEveryMs, retry: false }))
  if (gone.data !== true) return null
  return (
    <div className={classes.banner} role="alert">
      <StatusGlyph state="warning" size={15} label="" />
      <span>No worker has been seen for 40 s. Runs wait until one is started: <code>npm run worker</code></span>
    </div>
  )
}
