'use client'
/** Rows of runs. On phones a row becomes two lines. Selecting rows offers what can be done to all of them. */
import { Checkbox } from '@mantine/core'
import { useRouter } from 'next/navigation'
import { useMemo, useState, type MouseEvent } from 'react'
import { BulkBar } from '#observe/runs/bulk-bar.tsx'
import { runStatusOf, tookMs, versionText, whatHappened } from '#observe/runs/sentence.ts'
import type { RunSummary } from '#server/runs/run-row.ts'
import { EventName } from '#ui/event-name.tsx'
import { Prose } from '#ui/prose.tsx'
import { RelativeTime } from '#ui/relative-time.tsx'
import { RetryBars } from '#ui/retry-bars.tsx'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import { statusTone } from '#ui/status.ts'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { formatDuration } from '#ui/time.ts'
import { useNow } from '#ui/use-now.ts'
import Link from 'next/link'
import classes from './runs.module.css'

export function RunTable({ runs }: { runs: RunSummary[] }) {
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const mayAct = useWorkspace().role !== 'viewer'
  const now = useNow(1000)
  const longest = useMemo(() => Math.max(1, ...runs.map((run) => (run.endedAt === null ? 0 : tookMs(run, 0)))), [runs])
  const chosen = runs.filter((run) => selected.has(run.id))
  const toggle = (id: string) => setSelected((before) => {
    const next = new Set(before)
    if (!next.delete(id)) next.add(id)
    return next
  })
  const all = chosen.length === runs.length
  return (
    <>
      <table className={classes.table}>
        <thead>
          <tr>
            {mayAct && <th className={classes.check}><Checkbox size="xs" color="ink" aria-label="Select all shown" checked={all} indeterminate={!all && chosen.length > 0} onChange={() => setSelected(all ? new Set() : new Set(runs.map((run) => run.id)))} /></th>}
            <th>Function</th>
            <th>What happened, or what it waits for</th>
            <th className={classes.wide}>Event</th>
            <th className={classes.wide}>Key</th>
            <th className={classes.middle}>Retries</th>
            <th className={classes.right}>Took</th>
            <th className={classes.right}>Started</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => <RunRow key={run.id} run={run} now={now} longest={longest} selected={selected.has(run.id)} onToggle={mayAct ? () => toggle(run.id) : null} />)}
        </tbody>
      </table>
      {chosen.length === 0 ? null : <BulkBar runs={chosen} onDone={() => setSelected(new Set())} />}
    </>
  )
}

interface RowProps {
  run: RunSummary
  now: number
  longest: number
  selected: boolean
  /** Null for who may do nothing to runs. */
  onToggle: (() => void) | null
}

function RunRow({ run, now, longest, selected, onToggle }: RowProps) {
  const workspace = useWorkspace()
  const router = useRouter()
  const status = runStatusOf(run)
  const href = workspace.path(`/runs/${run.id}`)
  const open = (event: MouseEvent) => {
    if (event.target instanceof Element && event.target.closest('a, input, label') === null) router.push(href)
  }
  const fresh = now > 0 && now - Date.parse(run.createdAt) < 2000
  return (
    <tr className={classes.row} data-selected={selected || undefined} data-fresh={fresh || undefined} onClick={open}>
      {onToggle !== null && <td className={classes.check}><Checkbox size="xs" color="ink" aria-label={`Select ${run.function}`} checked={selected} onChange={onToggle} /></td>}
      <td>
        <Link href={href} prefetch={false} className={classes.name}>
          <StatusGlyph state={status} />
          <span className="mono cut">{run.function}</span>
          {run.version === null ? <span className={classes.draft} title="A test of the drawing before it was published">{versionText(run)}</span> : null}
        </Link>
      </td>
      <td className={classes.what}><span className="cut" data-strong={status === 'failed' || undefined} title={whatHappened(run, now)}><Prose>{whatHappened(run, now)}</Prose></span></td>
      <td className={classes.wide}><EventName name={run.event.name} /></td>
      <td className={`${classes.wide} ${classes.key} mono`}><span className="cut">{run.key ?? ''}</span></td>
      <td className={classes.middle}><RetryBars left={run.retries.max - run.retries.used} used={run.retries.used} failed={status === 'failed'} /></td>
      <td className={`${classes.right} num`}><Took run={run} now={now} longest={longest} tone={statusTone[status]} /></td>
      <td className={`${classes.right} ${classes.quiet}`}><RelativeTime at={Date.parse(run.createdAt)} /></td>
    </tr>
  )
}

function Took({ run, now, longest, tone }: { run: RunSummary; now: number; longest: number; tone: string }) {
  if (run.startedAt === null && run.endedAt === null) return <span className={classes.quiet}>–</span>
  if (now === 0 && run.endedAt === null) return null
  const ms = tookMs(run, now)
  return (
    <span className={classes.took}>
      {formatDuration(ms)}
      <span className={classes.tookBar}><i data-tone={tone} style={{ width: `${Math.min(100, Math.max(2, (ms / longest) * 100))}%` }} /></span>
    </span>
  )
}
