'use client'
/** One run: its sentence, the drawing, time, what each step got and gave, and its siblings. Follows it live. */
import { Loader } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { RunActions } from '#observe/runs/run-actions.tsx'
import { RunEvents } from '#observe/runs/run-events.tsx'
import { RunHeader } from '#observe/runs/run-header.tsx'
import { RunSiblings } from '#observe/runs/run-siblings.tsx'
import { RunStrip } from '#observe/runs/run-strip.tsx'
import { StepPanel } from '#observe/runs/step-panel.tsx'
import { tellingStep } from '#observe/runs/step-status.ts'
import { Timeline } from '#observe/runs/timeline.tsx'
import { ErrorNote } from '#ui/error-note.tsx'
import { LiveBadge } from '#ui/live-badge.tsx'
import { Page } from '#ui/shell/page.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import { useNow } from '#ui/use-now.ts'
import classes from './run.module.css'

export function RunPage({ id }: { id: string }) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const query = useQuery(trpc.runs.get.queryOptions({ workspace: workspace.slug, id }, {
    // The stream tells of changes; this is for the moments it may have missed.
    refetchInterval: ({ state }) => (state.data !== undefined && state.data.endedAt === null ? 5000 : false),
  }))
  const run = query.data
  const isOpen = run !== undefined && run.endedAt === null
  const now = useNow(isOpen ? 250 : 60_000)
  const [picked, setPicked] = useState<string | null>(null)
  const selected = run === undefined ? null : (picked ?? tellingStep(run))
  const step = run?.steps.find((one) => one.id === selected)
  return (
    <Page
      flush compact crumbs={[{ label: 'Runs', path: '/runs?view=everything' }, { label: <span className="mono" style={{ fontSize: 12.5 }}>{shortId(id)}</span> }]}
      actions={run === undefined ? null : <>{isOpen ? <LiveBadge /> : null}<RunActions run={run} /></>}
    >
      {query.error === null ? null : <div style={{ padding: 24 }}><ErrorNote error={query.error} onRetry={() => void query.refetch()} /></div>}
      {query.isPending ? <div style={{ padding: 24 }}><Loader aria-label="Loading the run" /></div> : null}
      {run === undefined ? null : (
        <div className={classes.layout}>
          <div className={classes.left}>
            <RunHeader run={run} now={now} />
            <RunStrip run={run} now={now} selected={selected} onSelect={setPicked} />
            <Timeline run={run} now={now} selected={selected} onSelect={setPicked} />
            <RunEvents run={run} />
            <RunSiblings run={run} now={now} />
          </div>
          {step === undefined ? null : <StepPanel key={step.id} run={run} step={step} now={now} />}
        </div>
      )}
    </Page>
  )
}

function shortId(id: string): string {
  return `run_…${id.slice(-7)}`
}
