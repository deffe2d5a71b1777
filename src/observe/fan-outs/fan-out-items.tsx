'use client'
/** What became of each item, page by page, by outcome. */
import { Button, Loader, SegmentedControl } from '@mantine/core'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useState } from 'react'
import { number, type ShownFanOut } from '#observe/fan-outs/words.ts'
import type { FanOutItem } from '#engine/fan-out/items.ts'
import { ErrorNote } from '#ui/error-note.tsx'
import { Prose } from '#ui/prose.tsx'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import { statusWord, type UiStatus } from '#ui/status.ts'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import { formatDuration } from '#ui/time.ts'
import classes from './fan-outs.module.css'

const filters = {
  all: undefined, failed: ['failed'], open: ['queued', 'running', 'sleeping', 'waiting', 'held'], completed: ['completed'], cancelled: ['cancelled', 'skipped'],
} as const
type Filter = keyof typeof filters
const pageSize = 100

export function FanOutItems({ fan }: { fan: ShownFanOut & { id: string } }) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const [filter, setFilter] = useState<Filter>(fan.failed > 0 ? 'failed' : 'all')
  const only = filters[filter]
  const list = useInfiniteQuery(trpc.fanOuts.items.infiniteQueryOptions(
    { workspace: workspace.slug, id: fan.id, limit: pageSize, ...(only === undefined ? {} : { only: [...only] }) },
    { getNextPageParam: (page) => page.next ?? undefined, initialCursor: 0, placeholderData: keepPreviousData },
  ))
  const items = list.data?.pages.flatMap((page) => page.items) ?? []
  const counts: Record<Filter, number> = { all: fan.total, failed: fan.failed, open: fan.running + fan.waiting, completed: fan.done, cancelled: fan.cancelled + fan.skipped }
  const names: Record<Filter, string> = { all: 'All', failed: 'Failed', open: 'Open', completed: 'Done', cancelled: 'Cancelled' }
  return (
    <section aria-label="Items">
      <div className={classes.itemsHead}>
        <h2 className={classes.section}>Items</h2>
        <SegmentedControl
          aria-label="Which items" value={filter} onChange={(value) => setFilter(value as Filter)}
          data={(Object.keys(filters) as Filter[]).map((one) => ({ value: one, label: <span className="num">{names[one]} <span className={classes.quiet}>{number(counts[one])}</span></span> }))}
        />
      </div>
      {list.error === null ? null : <ErrorNote error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending ? <Loader aria-label="Loading the items" /> : null}
      {list.isSuccess && items.length === 0 ? <p className={classes.empty}>{list.hasNextPage ? 'None among these items; look further.' : 'None.'}</p> : null}
      <ul className={classes.items}>{items.map((item) => <ItemRow key={`${item.index} ${item.runId ?? ''}`} item={item} />)}</ul>
      {list.hasNextPage ? <Button onClick={() => void list.fetchNextPage()} loading={list.isFetchingNextPage} mt={12}>Show more</Button> : null}
    </section>
  )
}

function ItemRow({ item }: { item: FanOutItem }) {
  const workspace = useWorkspace()
  const took = item.startedAt === null || item.endedAt === null ? '' : formatDuration(Date.parse(item.endedAt) - Date.parse(item.startedAt))
  const place = <span className={`${classes.place} num`}>{number(item.index + 1)}</span>
  if (item.status === 'not sent' || item.status === 'no run' || item.runId === null) {
    return (
      <li className={classes.item} data-still>
        <span className={classes.itemLink}>{place}<StatusGlyph state="queued" label="" /><span className={classes.itemWord}>{item.status === 'not sent' ? 'Not sent' : 'No run'}</span></span>
      </li>
    )
  }
  // One that rests without having begun waits for its time, or for more events.
  const state: UiStatus = item.status === 'sleeping' && item.startedAt === null ? 'waiting' : item.status
  return (
    <li className={classes.item}>
      {/* A hundred rows that change while one looks: fetching each page ahead would cost more than the fan-out. */}
      <Link href={workspace.path(`/runs/${item.runId}`)} prefetch={false} className={classes.itemLink}>
        {place}
        <StatusGlyph state={state} label="" />
        <span className={classes.itemWord}>{state === 'skipped' ? 'Skipped' : statusWord[state]}</span>
        <span className={`${classes.itemFunction} mono cut`}>{item.function}</span>
        <span className={`${classes.itemError} cut`}>{item.error === null ? '' : <Prose>{item.error.message}</Prose>}</span>
        <span className={`${classes.itemTook} num`}>{took}</span>
      </Link>
    </li>
  )
}
