'use client'
import { Button, Select } from '@mantine/core'
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { usePathname, useRouter, useSearchParams } from 'next/navigation'
import { outcomeText } from '#observe/events/outcome-text.ts'
import { SendEventButton } from '#observe/events/send-event.tsx'
import { sourceWord } from '#observe/events/sources.ts'
import type { EventSummary } from '#server/events/list-events.ts'
import { EmptyState } from '#ui/empty-state.tsx'
import { ErrorNote } from '#ui/error-note.tsx'
import { EventName, EventShape } from '#ui/event-name.tsx'
import { LiveBadge } from '#ui/live-badge.tsx'
import { OutcomeBar } from '#ui/outcome-bar.tsx'
import { RelativeTime } from '#ui/relative-time.tsx'
import { Page } from '#ui/shell/page.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import classes from './events.module.css'

export function EventsPage() {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const params = useSearchParams()
  const router = useRouter()
  const pathname = usePathname()
  const name = params.get('name') ?? undefined
  const known = useQuery(trpc.events.known.queryOptions({ workspace: workspace.slug }))
  const list = useInfiniteQuery(trpc.events.list.infiniteQueryOptions(
    { workspace: workspace.slug, limit: 50, name },
    { getNextPageParam: (page) => page.nextCursor ?? undefined, placeholderData: keepPreviousData },
  ))
  const events = list.data?.pages.flatMap((page) => page.data) ?? []
  const names = [...new Set([...(name === undefined ? [] : [name]), ...(known.data ?? []).map((one) => one.name)])]
  return (
    <Page crumbs={[{ label: 'Events' }]} flush actions={<SendEventButton />}>
      <section className={classes.page}>
        <div className={classes.head}>
          <h1 className={classes.title}>Events</h1>
          <span className={classes.quiet}>What arrived, and what it started</span>
          <span style={{ flex: 1 }} />
          <LiveBadge />
        </div>
        <div className={classes.filters}>
          <Select
            aria-label="Event name" placeholder="Any event" clearable searchable data={names} value={name ?? null} className={classes.filter}
            onChange={(value) => router.replace(value === null ? pathname : `${pathname}?name=${encodeURIComponent(value)}`, { scroll: false })}
          />
        </div>
        {list.error === null ? null : <div className={classes.inset}><ErrorNote error={list.error} onRetry={() => void list.refetch()} /></div>}
        {list.isSuccess && events.length === 0 ? (
          <div className={classes.inset}>
            <EmptyState title={name === undefined ? 'No events yet' : `No ${name} yet`} icon={<EventShape width={26} />} action={<SendEventButton name={name} />}>
              Every event that arrives is stored here first, then functions react to it. Send one from here, or with the key in Settings.
            </EmptyState>
          </div>
        ) : null}
        {events.length === 0 ? null : (
          <table className={classes.table}>
            <thead><tr><th>Event</th><th className={classes.wide}>Key</th><th className={classes.wide}>Source</th><th>Runs</th><th className={classes.right}>Received</th></tr></thead>
            <tbody>{events.map((event) => <EventRow key={event.id} event={event} />)}</tbody>
          </table>
        )}
        {list.hasNextPage ? <div className={classes.inset}><Button onClick={() => void list.fetchNextPage()} loading={list.isFetchingNextPage}>Show older events</Button></div> : null}
      </section>
    </Page>
  )
}

function EventRow({ event }: { event: EventSummary }) {
  const workspace = useWorkspace()
  const router = useRouter()
  const href = workspace.path(`/events/${event.id}`)
  const { runs } = event
  return (
    <tr className={classes.row} onClick={(click) => (click.target instanceof Element && click.target.closest('a') === null ? router.push(href) : undefined)}>
      <td><Link href={href} className={classes.plain}><EventName name={event.name} size={12.5} strong /></Link></td>
      <td className={`${classes.wide} mono`}><span className={classes.key}>{event.key ?? ''}</span></td>
      <td className={`${classes.wide} ${classes.soft}`}>{sourceWord(event.source)}</td>
      <td>
        <span className={classes.outcome}>
          {runs.total === 0 ? null : <OutcomeBar width={64} failed={runs.failed} done={runs.completed} running={runs.running} waiting={runs.resting + runs.cancelled} />}
          <span className={`${classes.soft} num`}>{outcomeText(runs)}</span>
        </span>
      </td>
      <td className={`${classes.right} ${classes.quiet}`}><RelativeTime at={Date.parse(event.receivedAt)} /></td>
    </tr>
  )
}
