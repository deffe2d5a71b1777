'use client'
/** Who did what to which thing, newest first, by day. For owners and admins. */
import { Button, Loader } from '@mantine/core'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { AuditFilters, useAuditFilter } from '#observe/audit/audit-filters.tsx'
import { auditSentence, whoWords } from '#observe/audit/audit-words.ts'
import type { AuditEntry } from '#server/audit/list-audit.ts'
import { EmptyState } from '#ui/empty-state.tsx'
import { ErrorNote } from '#ui/error-note.tsx'
import { Page } from '#ui/shell/page.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { formatDayAgo, formatMoment } from '#ui/time.ts'
import { useTRPC } from '#ui/trpc.tsx'
import { useNow } from '#ui/use-now.ts'
import classes from './audit.module.css'

const pageSize = 50

export function AuditPage() {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const { filter, isNarrow } = useAuditFilter()
  const may = workspace.role === 'owner' || workspace.role === 'admin'
  const list = useInfiniteQuery(trpc.audit.list.infiniteQueryOptions(
    { workspace: workspace.slug, limit: pageSize, filter },
    { enabled: may, getNextPageParam: (page) => page.nextCursor ?? undefined, placeholderData: keepPreviousData },
  ))
  const entries = list.data?.pages.flatMap((page) => page.data) ?? []
  return (
    <Page crumbs={[{ label: 'Settings', path: '/settings' }, { label: 'Audit' }]} flush>
      <section className={classes.page}>
        <div className={classes.head}>
          <h1 className={classes.title}>Audit</h1>
          <span className={classes.quiet}>Who did what, kept for a year</span>
        </div>
        {may ? <AuditFilters /> : <div className={classes.inset}><EmptyState title="For owners and admins">Who did what in this workspace is shown to its owners and admins. Ask one of them.</EmptyState></div>}
        {list.error === null ? null : <div className={classes.inset}><ErrorNote error={list.error} onRetry={() => void list.refetch()} /></div>}
        {may && list.isPending ? <div className={classes.inset}><Loader aria-label="Loading the audit" /></div> : null}
        {list.isSuccess && entries.length === 0 ? <div className={classes.inset}><Nothing narrow={isNarrow} /></div> : null}
        {entries.length === 0 ? null : <Days entries={entries} />}
        {list.hasNextPage ? <div className={classes.inset}><Button onClick={() => void list.fetchNextPage()} loading={list.isFetchingNextPage}>Show older entries</Button></div> : null}
      </section>
    </Page>
  )
}

function Nothing({ narrow }: { narrow: boolean }) {
  return narrow
    ? <EmptyState title="Nothing like this">Nobody did such a thing in the last year. Take a filter away.</EmptyState>
    : <EmptyState title="Nothing yet">Publishes, pauses, changed limits, keys, connections and settings appear here, with who did it.</EmptyState>
}

function Days({ entries }: { entries: AuditEntry[] }) {
  const now = useNow(60_000)
  const days = new Map<string, AuditEntry[]>()
  for (const entry of entries) {
    const day = new Date(entry.at).toDateString()
    days.set(day, [...(days.get(day) ?? []), entry])
  }
  return [...days].map(([day, own]) => (
    <div key={day}>
      <h2 className={classes.day}>{formatDayAgo(Date.parse(own[0]!.at), now)}</h2>
      <ol className={classes.list}>{own.map((entry) => <Entry key={entry.id} entry={entry} />)}</ol>
    </div>
  ))
}

function Entry({ entry }: { entry: AuditEntry }) {
  const workspace = useWorkspace()
  const { verb, thing, rest, facts } = auditSentence(entry)
  const at = Date.parse(entry.at)
  return (
    <li className={classes.entry}>
      <time className={`${classes.time} num`} dateTime={entry.at} title={formatMoment(at)}>{new Date(at).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })}</time>
      <div className={classes.what}>
        <p>
          <b>{whoWords(entry.actor)}</b>{entry.actor.madeBy === null ? '' : <span className={classes.quiet}> (made by {entry.actor.madeBy})</span>} {verb}{' '}
          {thing === null ? null : thing.path === null ? <span className={thing.mono ? 'mono' : classes.thing}>{thing.label}</span> : <Link href={workspace.path(thing.path)} className={thing.mono ? 'mono' : ''} title={entry.target}>{thing.label}</Link>}
          {rest === '' ? '' : ` ${rest}`}
        </p>
        {facts.length === 0 ? null : <p className={classes.facts}>{facts.join(' · ')}</p>}
      </div>
    </li>
  )
}
