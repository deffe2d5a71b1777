'use client'
import { useQuery } from '@tanstack/react-query'
import { IconKey, IconRepeat, IconSitemap } from '@tabler/icons-react'
import Link from 'next/link'
import { UseAsSample } from '#observe/events/use-as-sample.tsx'
import { othersSentence, runSentence, runStatusOf, tookMs, versionText } from '#observe/runs/sentence.ts'
import type { RunDetail } from '#server/runs/get-run.ts'
import { EventName } from '#ui/event-name.tsx'
import { Prose } from '#ui/prose.tsx'
import { RetryBars } from '#ui/retry-bars.tsx'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import { formatDuration, formatMoment } from '#ui/time.ts'
import classes from './run.module.css'

/** Trouble says who is not affected. */
function useOthers(run: RunDetail): string | null {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const event = useQuery(trpc.events.get.queryOptions({ workspace: workspace.slug, id: run.event.id }))
  const status = runStatusOf(run)
  const others = (event.data?.runs ?? []).filter((one) => one.id !== run.id)
  if (others.length === 0 || (status !== 'failed' && status !== 'retrying')) return null
  return othersSentence(others)
}

/** Waits the engine explains better: the place in line, who holds it and why. The other waits say it all in the run's own sentence. */
const explained = new Set(['queued', 'no-worker', 'start-at', 'collecting', 'throttle', 'limit', 'paused', 'parked', 'canary', 'confirm'])

export function RunHeader({ run, now }: { run: RunDetail; now: number }) {
  const workspace = useWorkspace()
  const others = useOthers(run)
  const status = runStatusOf(run)
  const rests = ['queued', 'sleeping', 'waiting', 'held'].includes(run.status)
  const trpc = useTRPC()
  const why = useQuery(trpc.runs.why.queryOptions({ workspace: workspace.slug, id: run.id }, { enabled: rests, refetchInterval: 5000 }))
  const said = rests && why.data !== undefined && explained.has(why.data.kind) ? why.data.sentence : undefined
  const left = run.retries.max - run.retries.used
  return (
    <header className={classes.header}>
      <div className={classes.headline}>
        <StatusGlyph state={status} size={22} />
        <h1 className={`${classes.title} mono`}>{run.function}</h1>
        <span className={classes.version} title={run.version === null ? 'A test of the drawing before it was published' : undefined}>{versionText(run)}</span>
        <span style={{ flex: 1 }} />
        <span className={`${classes.when} num`}>
          {now === 0 ? '' : `${formatMoment(Date.parse(run.startedAt ?? run.createdAt))} · ${formatDuration(tookMs(run, now))}${run.endedAt === null ? ' so far' : ''}`}
        </span>
      </div>
      <p className={classes.sentence} data-testid="run-sentence" aria-live="polite">
        {now === 0 ? ' ' : runSentence(run, now, said).map((part, index) => (part.strong === true ? <b key={index}>{part.text}</b> : <span key={index} data-quiet={part.quiet}><Prose>{part.text}</Prose></span>))}
        {others === null ? null : <span data-quiet> {others}</span>}
      </p>
      <div className={classes.facts}>
        <Link href={workspace.path(`/events/${run.event.id}`)}><EventName name={run.event.name} /></Link>
        {run.key === null ? null : <span><IconKey size={15} stroke={1.7} aria-hidden /><span className="mono cut">{run.key}</span></span>}
        {run.workflow === null ? null : <Link href={workspace.path(`/workflows/${run.workflow.slug}`)}><IconSitemap size={15} stroke={1.7} aria-hidden />{run.workflow.name}</Link>}
        {run.workflow === null ? null : <UseAsSample event={run.event.id} workflows={[run.workflow]} />}
        <span><RetryBars left={left} used={run.retries.used} failed={run.status === 'failed'} />{left} {left === 1 ? 'retry' : 'retries'} left</span>
        {run.retryOf === null ? null : <Link href={workspace.path(`/runs/${run.retryOf}`)}><IconRepeat size={15} stroke={1.7} aria-hidden />repeats an earlier run</Link>}
        {run.parent === null ? null : <Link href={workspace.path(`/runs/${run.parent}`)}>called by another run</Link>}
      </div>
    </header>
  )
}
