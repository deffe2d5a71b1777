'use client'
import { Button } from '@mantine/core'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { serviceBlurbs, type PlaygroundServiceName } from '#playground/services.ts'
import type { ReceivedRequest } from '#playground/store.ts'
import { EmptyState } from '#ui/empty-state.tsx'
import { ErrorNote } from '#ui/error-note.tsx'
import { JsonView } from '#ui/json-view.tsx'
import { notifyError } from '#ui/notify.ts'
import { RelativeTime } from '#ui/relative-time.tsx'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import classes from './playground.module.css'

export function ReceivedList({ service }: { service: PlaygroundServiceName }) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const client = useQueryClient()
  const list = useInfiniteQuery(trpc.playground.received.infiniteQueryOptions({ workspace: workspace.slug, service, limit: 50 }, { getNextPageParam: (page) => page.nextCursor ?? undefined }))
  const clear = useMutation(trpc.playground.clear.mutationOptions({ onError: notifyError, onSuccess: () => client.invalidateQueries(trpc.playground.pathFilter()) }))
  const requests = list.data?.pages.flatMap((page) => page.data) ?? []
  return (
    <section className={classes.received} aria-label={`What ${serviceBlurbs[service].title} received`}>
      <div className={classes.receivedHead}>
        <h2 className={classes.section}>What {serviceBlurbs[service].title} received</h2>
        {requests.length === 0 || workspace.role === 'viewer' ? null : <Button size="xs" loading={clear.isPending} onClick={() => clear.mutate({ workspace: workspace.slug, service })}>Clear</Button>}
      </div>
      {list.error === null ? null : <ErrorNote error={list.error} onRetry={() => void list.refetch()} />}
      {list.isSuccess && requests.length === 0 ? <EmptyState title="Nothing yet">A request appears here the moment a step calls <code>{serviceBlurbs[service].example.replace(/^\w+ /, '')}</code>.</EmptyState> : null}
      {requests.length === 0 ? null : <ul className={classes.list}>{requests.map((request) => <RequestRow key={request.id} request={request} />)}</ul>}
      {list.hasNextPage ? <Button mt={10} loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>Show older</Button> : null}
    </section>
  )
}

function RequestRow({ request }: { request: ReceivedRequest }) {
  const [open, setOpen] = useState(false)
  return (
    <li>
      <button type="button" className={classes.request} aria-expanded={open} onClick={() => setOpen(!open)}>
        <StatusGlyph state={request.answered < 400 ? 'completed' : request.answered === 429 ? 'warning' : 'failed'} label={`Answered ${request.answered}`} />
        <span className="mono num">{request.answered}</span>
        <span className="mono cut">{request.method} {request.path}</span>
        <span className={`${classes.body} mono cut`}>{request.body === null ? '' : JSON.stringify(request.body).slice(0, 200)}</span>
        <span className={classes.quiet}><RelativeTime at={Date.parse(request.at)} /></span>
      </button>
      {open ? (
        <div className={classes.detail}>
          {request.idempotencyKey === null ? null : <div className={classes.quiet}>Idempotency key <span className="mono">{request.idempotencyKey}</span></div>}
          <JsonView value={request.body} maxHeight={360} />
        </div>
      ) : null}
    </li>
  )
}
