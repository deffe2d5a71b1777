'use client'
import { IconPlayerStop, IconRefresh, IconX } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { RunSummary } from '#server/runs/run-row.ts'
import { notifyDone, notifyError } from '#ui/notify.ts'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC, useTRPCClient } from '#ui/trpc.tsx'
import classes from './runs.module.css'

/** What can be done to the selected runs. Buttons count only the runs they apply to. */
export function BulkBar({ runs, onDone }: { runs: RunSummary[]; onDone(): void }) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const client = useTRPCClient()
  const queries = useQueryClient()
  const [busy, setBusy] = useState(false)
  const failed = runs.filter((run) => run.status === 'failed')
  const open = runs.filter((run) => run.endedAt === null)
  const each = async (chosen: RunSummary[], act: (id: string) => Promise<unknown>, told: (count: number) => string) => {
    setBusy(true)
    const results = await Promise.allSettled(chosen.map((run) => act(run.id)))
    setBusy(false)
    // Also where the page is held, or is not live.
    void queries.invalidateQueries(trpc.runs.pathFilter())
    const refused = results.find((result) => result.status === 'rejected')
    const done = results.filter((result) => result.status === 'fulfilled').length
    if (done > 0) notifyDone(told(done))
    if (refused !== undefined) notifyError(refused.reason)
    onDone()
  }
  return (
    <div className={classes.bulk} role="toolbar" aria-label={`${runs.length} runs selected`}>
      <b className="num">{runs.length} selected</b>
      <span className={classes.bulkLine} />
      <button type="button" disabled={busy || failed.length === 0} onClick={() => void each(failed, (id) => client.runs.retry.mutate({ workspace: workspace.slug, id, from: 'failed' }), (count) => `Retrying ${count} ${count === 1 ? 'run' : 'runs'} from the failed step.`)}>
        <IconRefresh size={15} stroke={1.7} aria-hidden />
        Retry {failed.length} from the failed step
      </button>
      <button type="button" disabled={busy || open.length === 0} onClick={() => void each(open, (id) => client.runs.cancel.mutate({ workspace: workspace.slug, id }), (count) => `Cancelled ${count} ${count === 1 ? 'run' : 'runs'}.`)}>
        <IconPlayerStop size={15} stroke={1.7} aria-hidden />
        Cancel {open.length}
      </button>
      <button type="button" aria-label="Clear the selection" onClick={onDone}><IconX size={15} stroke={1.7} /></button>
    </div>
  )
}
