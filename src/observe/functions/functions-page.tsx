'use client'
import { Button, Loader, Modal, Textarea } from '@mantine/core'
import { IconClock, IconPlayerPlay } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { cronWords } from '#canvas/schedule-words.ts'
import { parseData } from '#observe/events/parse-data.ts'
import { runStatusOf } from '#observe/runs/sentence.ts'
import type { FunctionSummary } from '#server/functions/list-functions.ts'
import { EmptyState } from '#ui/empty-state.tsx'
import { ErrorNote } from '#ui/error-note.tsx'
import { EventName } from '#ui/event-name.tsx'
import { RelativeTime } from '#ui/relative-time.tsx'
import { RetryBars } from '#ui/retry-bars.tsx'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import { Page } from '#ui/shell/page.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import { PauseButton } from '#observe/functions/pause-button.tsx'
import classes from './functions.module.css'

export function FunctionsPage() {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const list = useQuery(trpc.functions.list.queryOptions({ workspace: workspace.slug }))
  const [invoking, setInvoking] = useState<FunctionSummary | null>(null)
  const all = list.data ?? []
  const groups = byWorkflow(all)
  return (
    <Page crumbs={[{ label: 'Functions' }]} flush>
      <section className={classes.page}>
        <div className={classes.head}>
          <h1 className={classes.title}>Functions</h1>
          <span className={classes.quiet}>Each runs, retries, limits and versions on its own</span>
        </div>
        {list.error === null ? null : <div className={classes.inset}><ErrorNote error={list.error} onRetry={() => void list.refetch()} /></div>}
        {list.isPending ? <div className={classes.inset}><Loader aria-label="Loading functions" /></div> : null}
        {list.isSuccess && all.length === 0 ? (
          <div className={classes.inset}>
            <EmptyState title="No functions yet" action={<Link href={workspace.path('/workflows')}>Open the workflows</Link>}>A function appears here when a workflow that draws it is published.</EmptyState>
          </div>
        ) : null}
        {groups.map((functions) => (
          <div key={functions[0]?.workflow?.slug ?? ''}>
            <h2 className={classes.group}>{functions[0]?.workflow === null || functions[0] === undefined ? 'No workflow' : <Link href={workspace.path(`/workflows/${functions[0].workflow.slug}`)}>{functions[0].workflow.name}</Link>}</h2>
            <ul className={classes.list}>{functions.map((one) => <FunctionRow key={one.slug} fn={one} onInvoke={() => setInvoking(one)} />)}</ul>
          </div>
        ))}
      </section>
      <Modal opened={invoking !== null} onClose={() => setInvoking(null)} title={`Run ${invoking?.slug ?? ''} alone`} size={520}>
        {invoking === null ? null : <InvokeForm fn={invoking} />}
      </Modal>
    </Page>
  )
}

/** The server lists them by workflow already. */
function byWorkflow(functions: FunctionSummary[]): FunctionSummary[][] {
  const groups: FunctionSummary[][] = []
  for (const one of functions) {
    const last = groups.at(-1)
    if (last?.[0]?.workflow?.slug === one.workflow?.slug && last !== undefined) last.push(one)
    else groups.push([one])
  }
  return groups
}

/** Its latest run has not begun, or goes on later. */
const rests = new Set(['queued', 'held'])

function FunctionRow({ fn, onInvoke }: { fn: FunctionSummary; onInvoke(): void }) {
  const workspace = useWorkspace()
  return (
    <li className={classes.row}>
      <Link href={workspace.path(`/runs?view=everything&function=${encodeURIComponent(fn.slug)}`)} className={classes.name}>
        {fn.lastRun === null ? <StatusGlyph state="queued" label="Has not run" /> : <StatusGlyph state={runStatusOf(fn.lastRun)} />}
        <span className="mono cut">{fn.slug}</span>
        <span className={`${classes.version} num`}>v{fn.version}</span>
        {fn.paused === null ? null : <span className={classes.paused} title={fn.paused.reason ?? undefined}>Paused</span>}
      </Link>
      <span className={classes.triggers}>
        {fn.triggers.length === 0 ? <span className={classes.quiet}>only when called</span> : null}
        {fn.triggers.map((trigger, index) => (
          <span key={index} className={classes.trigger}>
            {trigger.type === 'event' ? <EventName name={trigger.event} /> : <><IconClock size={14} stroke={1.7} aria-hidden /><span className="cut" title={`${trigger.cron} (${trigger.timezone})`}>{cronWords(trigger.cron)}, {trigger.timezone}</span></>}
            {trigger.type === 'event' && trigger.if !== undefined ? <span className={classes.quiet} title={trigger.if}>if …</span> : null}
          </span>
        ))}
      </span>
      <span className={classes.retries}><RetryBars left={fn.retries} /></span>
      <span className={`${classes.limit} num`}>{fn.concurrency === null ? <span className={classes.quiet}>no limit</span> : <>{fn.concurrency.limit} at once{fn.concurrency.key === undefined ? '' : <span className="mono" title={fn.concurrency.key}> per key</span>}</>}</span>
      <span className={`${classes.numbers} num`}>
        {fn.failures > 0 ? <Link href={workspace.path(`/runs?view=everything&status=failed&since=24h&function=${encodeURIComponent(fn.slug)}`)} data-fail>{fn.failures} failed</Link> : null}
        {fn.open > 0 ? <span>{fn.open.toLocaleString('en')} open</span> : null}
        {fn.lastRun === null ? <span className={classes.quiet}>has not run</span> : <span className={classes.quiet}>{rests.has(fn.lastRun.status) ? 'waits' : 'ran'} <RelativeTime at={Date.parse(fn.lastRun.at)} /></span>}
      </span>
      <span className={classes.actions}>
        {workspace.role === 'viewer' ? null : <>
          <PauseButton fn={fn} />
          <Button size="xs" onClick={onInvoke} leftSection={<IconPlayerPlay size={13} stroke={1.7} />} aria-label={`Run ${fn.slug} alone`}>Run</Button>
        </>}
      </span>
    </li>
  )
}

function InvokeForm({ fn }: { fn: FunctionSummary }) {
  const workspace = useWorkspace()
  const router = useRouter()
  const trpc = useTRPC()
  const event = fn.triggers.find((trigger) => trigger.type === 'event')
  const known = useQuery(trpc.events.known.queryOptions({ workspace: workspace.slug }))
  const sample = known.data?.find((one) => event?.type === 'event' && one.name === event.event)?.sample
  const [typed, setText] = useState<string | null>(null)
  const text = typed ?? (sample === undefined ? '{}' : JSON.stringify(sample, null, 2))
  const parsed = parseData(text)
  const invoke = useMutation(trpc.functions.invoke.mutationOptions({ onSuccess: ({ run }) => router.push(workspace.path(`/runs/${run}`)) }))
  return (
    <form
      style={{ display: 'grid', gap: 14 }}
      onSubmit={(submitted) => {
        submitted.preventDefault()
        if (parsed.ok) invoke.mutate({ workspace: workspace.slug, slug: fn.slug, data: parsed.data as never })
      }}
    >
      <Textarea label="Data" description="The function reads it as event.data. No other function hears of it." autosize minRows={6} maxRows={16} spellCheck={false} value={text} onChange={(changed) => setText(changed.currentTarget.value)} error={parsed.ok ? undefined : parsed.problem} styles={{ input: { fontFamily: 'var(--fw-mono)', fontSize: 12 } }} />
      {invoke.error === null ? null : <ErrorNote error={invoke.error} />}
      <Button type="submit" variant="filled" justify="center" loading={invoke.isPending || invoke.isSuccess} disabled={!parsed.ok} leftSection={<IconPlayerPlay size={15} stroke={1.7} />}>Run it</Button>
    </form>
  )
}
