'use client'
/** One fan-out: how far it is, what can be done to it, what became of each item, who did what. */
import { Loader } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { ConfirmActions, ConfirmPrice } from '#observe/fan-outs/confirm-fan-out.tsx'
import { FanOutActions } from '#observe/fan-outs/fan-out-actions.tsx'
import { FanOutBar } from '#observe/fan-outs/fan-out-bar.tsx'
import { FanOutItems } from '#observe/fan-outs/fan-out-items.tsx'
import { LimitEditor } from '#observe/fan-outs/limit-editor.tsx'
import { auditText, fanOutSentence, fanOutStatus, number } from '#observe/fan-outs/words.ts'
import type { FanOutDetail } from '#server/fan-outs/view-fan-out.ts'
import { ErrorNote } from '#ui/error-note.tsx'
import { EventName } from '#ui/event-name.tsx'
import { LiveBadge } from '#ui/live-badge.tsx'
import { Prose } from '#ui/prose.tsx'
import { RelativeTime } from '#ui/relative-time.tsx'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import { Page } from '#ui/shell/page.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import { formatClock } from '#ui/time.ts'
import classes from './fan-outs.module.css'

export function FanOutPage({ id }: { id: string }) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const query = useQuery(trpc.fanOuts.get.queryOptions({ workspace: workspace.slug, id }, {
    refetchInterval: ({ state }) => (state.data !== undefined && isOpen(state.data) ? 2000 : false),
  }))
  const fan = query.data
  return (
    <Page
      flush compact crumbs={[{ label: 'Fan-outs', path: '/fan-outs' }, { label: <span className="mono" style={{ fontSize: 12.5 }}>{fan === undefined ? `fan_…${id.slice(-7)}` : fan.step}</span> }]}
      actions={fan !== undefined && isOpen(fan) ? <LiveBadge /> : null}
    >
      <div className={classes.page}>
        {query.error === null ? null : <ErrorNote error={query.error} onRetry={() => void query.refetch()} />}
        {query.isPending ? <Loader aria-label="Loading the fan-out" /> : null}
        {fan === undefined ? null : <Loaded fan={fan} />}
      </div>
    </Page>
  )
}

const isOpen = (fan: Pick<FanOutDetail, 'state' | 'running' | 'waiting'>): boolean => fan.state !== 'settled' || fan.running + fan.waiting > 0

function Loaded({ fan }: { fan: FanOutDetail }) {
  const workspace = useWorkspace()
  const { status, word } = fanOutStatus(fan)
  const trouble = fan.state === 'stopped' || fan.state === 'confirm' || (fan.state === 'canary' && fan.reason !== null)
  return (
    <>
      <header className={classes.header}>
        <div className={classes.headline}>
          <StatusGlyph state={status} size={22} label="" />
          <h1 className={classes.title}>{word}</h1>
          <EventName name={fan.event} />
          <span style={{ flex: 1 }} />
          <div className={classes.actions}>{fan.confirm === null ? <FanOutActions fan={fan} /> : <ConfirmActions fan={fan} mine={fan.confirm.mine} />}</div>
        </div>
        <p className={classes.sentence} data-trouble={trouble || undefined} aria-live="polite" data-testid="fan-out-sentence"><Prose>{fanOutSentence(fan)}</Prose></p>
        {fan.confirm === null ? <><FanOutBar fan={fan} /><Counts fan={fan} /></> : <ConfirmPrice price={fan.confirm.price} />}
        <div className={classes.facts}>
          <Link href={workspace.path(`/runs/${fan.runId}`)}>Sent by <span className="mono">{fan.function}</span>, step <span className="mono">{fan.step}</span></Link>
          {fan.workflow === null ? null : <Link href={workspace.path(`/workflows/${fan.workflow.slug}`)}>{fan.workflow.name}</Link>}
          <span className="num">began {formatClock(Date.parse(fan.startedAt))}</span>
        </div>
      </header>
      <div className={classes.columns}>
        {fan.confirm === null ? <FanOutItems fan={fan} /> : <p className={classes.quiet}>Its {number(fan.total)} items are not sent. They appear here once they go.</p>}
        <aside className={classes.side}>
          {fan.confirm === null ? <h2 className={classes.section}>Functions</h2> : null}
          {fan.confirm !== null ? null : fan.functions.length === 0 ? <p className={classes.quiet}>No function reacts to this event.</p> : <ul className={classes.plain}>{fan.functions.map((target) => <LimitEditor key={target.slug} id={fan.id} target={target} />)}</ul>}
          <h2 className={classes.section}>Who did what</h2>
          {fan.audit.length === 0 ? <p className={classes.quiet}>Nobody has changed anything.</p> : (
            <ol className={classes.plain}>{fan.audit.map((line) => <li key={`${line.at} ${line.action}`} className={classes.audit}><span>{auditText(line)}</span><span className={classes.quiet}><RelativeTime at={Date.parse(line.at)} /></span></li>)}</ol>
          )}
        </aside>
      </div>
    </>
  )
}

const shown = [['done', 'done'], ['failed', 'failed'], ['running', 'running'], ['waiting', 'waiting'], ['cancelled', 'cancelled'], ['skipped', 'skipped']] as const

function Counts({ fan }: { fan: FanOutDetail }) {
  const always = new Set(['done', 'failed', 'running', 'waiting'])
  return (
    <dl className={classes.counts}>
      {shown.map(([key, word]) => (fan[key] > 0 || always.has(key) ? <div key={key} data-part={key} data-none={fan[key] === 0 || undefined}><dt title={key === 'running' ? 'Executing, or taken by a worker and next' : undefined}>{word}</dt><dd className="num">{number(fan[key])}</dd></div> : null))}
      {fan.total > fan.sent ? <div data-part="unsent"><dt>not sent</dt><dd className="num">{number(fan.total - fan.sent)}</dd></div> : null}
    </dl>
  )
}
