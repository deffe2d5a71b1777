'use client'
/** The list of runs: views on the left, filters on top, live rows. */
import { Button } from '@mantine/core'
import { IconPlayerPause, IconPlayerPlay, IconSend } from '@tabler/icons-react'
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { SendEventButton } from '#observe/events/send-event.tsx'
import { RunFilters } from '#observe/runs/run-filters.tsx'
import { RunTable } from '#observe/runs/run-table.tsx'
import { RunViews } from '#observe/runs/run-views.tsx'
import { useRunFilter, views } from '#observe/runs/use-run-filter.ts'
import { EmptyState } from '#ui/empty-state.tsx'
import { ErrorNote } from '#ui/error-note.tsx'
import { EventShape } from '#ui/event-name.tsx'
import { LiveBadge } from '#ui/live-badge.tsx'
import { useLive } from '#ui/live.tsx'
import { Page } from '#ui/shell/page.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import classes from './runs.module.css'

const pageSize = 50

export function RunsPage() {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const filter = useRunFilter()
  const counts = useQuery(trpc.runs.counts.queryOptions({ workspace: workspace.slug }))
  const list = useInfiniteQuery(trpc.runs.list.infiniteQueryOptions(
    { workspace: workspace.slug, limit: pageSize, filter: filter.forServer() },
    { getNextPageParam: (page) => page.nextCursor ?? undefined, placeholderData: keepPreviousData },
  ))
  const runs = list.data?.pages.flatMap((page) => page.data) ?? []
  const view = views.find((one) => one.id === filter.view) ?? views[0]!
  return (
    <Page crumbs={[{ label: 'Runs' }]} flush actions={<SendEventButton icon={<IconSend size={15} stroke={1.7} />} />}>
      <div className={classes.layout}>
        <RunViews current={filter.view} counts={counts.data} />
        <section className={classes.list}>
          <div className={classes.head}>
            <h1 className={classes.title}>{view.name}</h1>
            <span className={`${classes.about} num`}>{view.about}</span>
            <span style={{ flex: 1 }} />
            <LiveBadge />
            <HoldButton />
          </div>
          <RunFilters />
          {list.error === null ? null : <div className={classes.inset}><ErrorNote error={list.error} onRetry={() => void list.refetch()} /></div>}
          {list.isSuccess && runs.length === 0 ? <div className={classes.inset}><NoRuns filtered={filter.isNarrow} view={filter.view} /></div> : null}
          {runs.length === 0 ? null : <RunTable key={filter.key} runs={runs} />}
          {list.hasNextPage ? (
            <div className={classes.inset}><Button onClick={() => void list.fetchNextPage()} loading={list.isFetchingNextPage}>Show older runs</Button></div>
          ) : null}
        </section>
      </div>
    </Page>
  )
}

function HoldButton() {
  const { state, hold } = useLive()
  const held = state === 'held'
  useEffect(() => () => hold(false), [hold])
  return (
    <Button size="xs" onClick={() => hold(!held)} aria-pressed={held} leftSection={held ? <IconPlayerPlay size={13} stroke={1.7} /> : <IconPlayerPause size={13} stroke={1.7} />}>
      {held ? 'Go on' : 'Hold'}
    </Button>
  )
}

function NoRuns({ filtered, view }: { filtered: boolean; view: string }) {
  if (view === 'needs-person' && !filtered) {
    return <EmptyState title="Nothing needs you">Runs that failed or are being retried appear here, with what happened and what to do.</EmptyState>
  }
  if (filtered || view !== 'everything') return <EmptyState title="No runs like these">Nothing matches now. Choose another view, or take a filter away.</EmptyState>
  return (
    <EmptyState title="No runs yet" icon={<EventShape width={26} />} action={<SendEventButton />}>
      A run appears here the moment an event arrives. Every function that reacts gets its own.
    </EmptyState>
  )
}
