'use client'
/** The events that a batch or a debounce took into this run, in their order. */
import { Button } from '@mantine/core'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import Link from 'next/link'
import type { RunDetail } from '#server/runs/get-run.ts'
import { ErrorNote } from '#ui/error-note.tsx'
import { EventName } from '#ui/event-name.tsx'
import { RelativeTime } from '#ui/relative-time.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import classes from './run.module.css'

const pageSize = 10

export function RunEvents({ run }: { run: RunDetail }) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const list = useInfiniteQuery(trpc.runs.events.infiniteQueryOptions({ workspace: workspace.slug, id: run.id, limit: pageSize }, {
    enabled: run.events > 1, getNextPageParam: (page) => page.nextCursor ?? undefined, placeholderData: keepPreviousData,
    // While it collects, more may join.
    refetchInterval: run.startedAt === null && run.endedAt === null ? 5000 : false,
  }))
  if (run.events < 2) return null
  const events = list.data?.pages.flatMap((page) => page.data) ?? []
  return (
    <section className={classes.siblings} aria-label="Events it took" data-testid="run-events">
      <div className={classes.siblingsHead}>
        <h2 className={classes.section}>Events it took</h2>
        <span className={classes.quiet}>{run.events.toLocaleString('en')} in one run</span>
      </div>
      {list.error === null ? null : <ErrorNote error={list.error} onRetry={() => void list.refetch()} />}
      <ol className={classes.lines}>
        {events.map((event, index) => (
          <li key={event.id} className={classes.taken}>
            <span className={`${classes.quiet} num`}>{index + 1}</span>
            <Link href={workspace.path(`/events/${event.id}`)} prefetch={false} className={classes.lineName}><EventName name={event.name} /></Link>
            <span className={classes.lineTook}><RelativeTime at={Date.parse(event.receivedAt)} ago /></span>
          </li>
        ))}
      </ol>
      {list.hasNextPage ? <Button mx={24} mt={10} onClick={() => void list.fetchNextPage()} loading={list.isFetchingNextPage}>Show more events</Button> : null}
    </section>
  )
}
