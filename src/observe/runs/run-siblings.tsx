'use client'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { runStatusOf, tookMs, whatHappened } from '#observe/runs/sentence.ts'
import type { RunDetail } from '#server/runs/get-run.ts'
import type { RunSummary } from '#server/runs/run-row.ts'
import { Prose } from '#ui/prose.tsx'
import { RetryBars } from '#ui/retry-bars.tsx'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { formatDuration } from '#ui/time.ts'
import { useTRPC } from '#ui/trpc.tsx'
import classes from './run.module.css'

/** The other runs of the same event: each on its own. */
export function RunSiblings({ run, now }: { run: RunDetail; now: number }) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const event = useQuery(trpc.events.get.queryOptions({ workspace: workspace.slug, id: run.event.id }))
  const runs = event.data?.runs ?? []
  const workflows = new Set(runs.map((one) => one.workflow?.slug)).size
  if (runs.length === 0) return null
  return (
    <section className={classes.siblings} aria-label="What else this event started">
      <div className={classes.siblingsHead}>
        <h2 className={classes.section}>What else this event started</h2>
        <span className={classes.quiet}>{runs.length === 1 ? 'This run alone' : `${runs.length} runs in ${workflows === 1 ? 'one workflow' : `${workflows} workflows`}, each on its own`}</span>
        <span style={{ flex: 1 }} />
        <Link href={workspace.path(`/events/${run.event.id}`)} className={classes.strongLink}>Open the event</Link>
      </div>
      <RunLines runs={byFunction(runs)} current={run.id} now={now} workflow={run.workflow?.slug} />
    </section>
  )
}

/** A steady order: live rows must not jump. */
export function byFunction(runs: RunSummary[]): RunSummary[] {
  return [...runs].sort((a, b) => a.function.localeCompare(b.function) || a.id.localeCompare(b.id))
}

interface RunLinesProps {
  runs: RunSummary[]
  current?: string
  now: number
  /** Runs of other workflows name theirs. */
  workflow?: string
}

/** Short rows: function, how it went, retries, time. */
export function RunLines({ runs, current, now, workflow }: RunLinesProps) {
  const workspace = useWorkspace()
  return (
    <ul className={classes.lines}>
      {runs.map((one) => {
        const status = runStatusOf(one)
        return (
          <li key={one.id} className={classes.line} data-on={one.id === current || undefined}>
            <Link href={workspace.path(`/runs/${one.id}`)} prefetch={false} className={classes.lineName}>
              <StatusGlyph state={status} />
              <span className="mono cut">{one.function}</span>
              {one.id === current ? <span className={classes.quiet}>this run</span> : null}
            </Link>
            <span className={`${classes.lineWhat} cut`}><Prose>{now === 0 ? '' : whatHappened(one, now)}</Prose></span>
            <RetryBars left={one.retries.max - one.retries.used} used={one.retries.used} failed={status === 'failed'} />
            <span className={`${classes.lineTook} num`}>{now === 0 || (one.startedAt === null && one.endedAt === null) ? '' : formatDuration(tookMs(one, now))}</span>
            <span className={classes.lineWhere}>
              {one.workflow === null || one.workflow.slug === workflow ? null : <>in <Link href={workspace.path(`/workflows/${one.workflow.slug}`)}>{one.workflow.name}</Link></>}
            </span>
          </li>
        )
      })}
    </ul>
  )
}
