'use client'
/** All fan-outs, newest first, each with its bar. */
import { Button, Loader } from '@mantine/core'
import { IconArrowsSplit } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { FanOutBar } from '#observe/fan-outs/fan-out-bar.tsx'
import { fanOutStatus, number } from '#observe/fan-outs/words.ts'
import type { FanOutSummary } from '#server/fan-outs/view-fan-out.ts'
import { EmptyState } from '#ui/empty-state.tsx'
import { ErrorNote } from '#ui/error-note.tsx'
import { EventName } from '#ui/event-name.tsx'
import { RelativeTime } from '#ui/relative-time.tsx'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import { Page } from '#ui/shell/page.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import classes from './fan-outs.module.css'

export function FanOutsPage() {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const list = useInfiniteQuery(trpc.fanOuts.list.infiniteQueryOptions({ workspace: workspace.slug, limit: 30 }, { getNextPageParam: (page) => page.nextCursor ?? undefined }))
  const all = list.data?.pages.flatMap((page) => page.data) ?? []
  return (
    <Page crumbs={[{ label: 'Fan-outs' }]} flush>
      <div className={classes.page}>
        <div className={classes.listHead}>
          <h1 className={classes.title}>Fan-outs</h1>
          <span className={classes.quiet}>A list sent item by item, watched and steered as one thing</span>
        </div>
        {list.error === null ? null : <ErrorNote error={list.error} onRetry={() => void list.refetch()} />}
        {list.isPending ? <Loader aria-label="Loading the fan-outs" /> : null}
        {list.isSuccess && all.length === 0 ? (
          <EmptyState title="No fan-outs yet" icon={<IconArrowsSplit size={22} stroke={1.6} />} action={<Link href={workspace.path('/workflows')}>Open the workflows</Link>}>
            One appears here when a step “Emit per item” sends a list: one event for each item, each with runs of its own.
          </EmptyState>
        ) : null}
        <ul className={classes.plain}>{all.map((fan) => <FanOutRow key={fan.id} fan={fan} />)}</ul>
        {list.hasNextPage ? <Button mt={12} onClick={() => void list.fetchNextPage()} loading={list.isFetchingNextPage}>Show more</Button> : null}
      </div>
    </Page>
  )
}

function FanOutRow({ fan }: { fan: FanOutSummary }) {
  const workspace = useWorkspace()
  const { status, word } = fanOutStatus(fan)
  return (
    <li>
      <Link href={workspace.path(`/fan-outs/${fan.id}`)} prefetch={false} className={classes.row}>
        <span className={classes.rowName}><StatusGlyph state={status} label="" /><b>{word}</b><EventName name={fan.event} /></span>
        <span className={classes.rowBar}><FanOutBar fan={fan} small /></span>
        <span className={`${classes.rowNumbers} num`}>
          {fan.failed > 0 ? <b data-fail>{number(fan.failed)} failed</b> : null}
          <span>{number(fan.done)} of {number(Math.max(fan.runs, fan.total))} done</span>
        </span>
        <span className={`${classes.rowFrom} mono cut`}>{fan.function}</span>
        <span className={classes.rowWhen}><RelativeTime at={Date.parse(fan.startedAt)} /></span>
      </Link>
    </li>
  )
}
