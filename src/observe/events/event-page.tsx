'use client'
import { Button, Loader } from '@mantine/core'
import { IconRefresh } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { outcomeText } from '#observe/events/outcome-text.ts'
import { SendEventButton } from '#observe/events/send-event.tsx'
import { sourceWord } from '#observe/events/sources.ts'
import { UseAsSample } from '#observe/events/use-as-sample.tsx'
import { byFunction, RunLines } from '#observe/runs/run-siblings.tsx'
import type { EventDetail } from '#server/events/get-event.ts'
import { CopyButton } from '#ui/copy-button.tsx'
import { EmptyState } from '#ui/empty-state.tsx'
import { ErrorNote } from '#ui/error-note.tsx'
import { EventName, EventShape } from '#ui/event-name.tsx'
import { JsonView } from '#ui/json-view.tsx'
import { LiveBadge } from '#ui/live-badge.tsx'
import { notifyDone, notifyError } from '#ui/notify.ts'
import { OutcomeBar } from '#ui/outcome-bar.tsx'
import { Page } from '#ui/shell/page.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { formatMoment } from '#ui/time.ts'
import { useTRPC } from '#ui/trpc.tsx'
import { useNow } from '#ui/use-now.ts'
import classes from './events.module.css'

export function EventPage({ id }: { id: string }) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const router = useRouter()
  const client = useQueryClient()
  const query = useQuery(trpc.events.get.queryOptions({ workspace: workspace.slug, id }))
  const again = useMutation(trpc.events.sendAgain.mutationOptions({
    onError: notifyError,
    onSuccess: ({ id: newId, runs }) => {
      void client.invalidateQueries(trpc.events.pathFilter())
      notifyDone(`Sent again as a new event; it started ${runs} ${runs === 1 ? 'run' : 'runs'}.`)
      router.push(workspace.path(`/events/${newId}`))
    },
  }))
  const event = query.data
  return (
    <Page
      flush compact crumbs={[{ label: 'Events', path: '/events' }, { label: event === undefined ? '' : <EventName name={event.name} /> }]}
      actions={event === undefined ? null : (
        <>
          <LiveBadge />
          <SendEventButton name={event.name} data={event.data} label="Edit and send" />
          {workspace.role !== 'viewer' && <Button variant="filled" data-tone="event" loading={again.isPending} leftSection={<IconRefresh size={15} stroke={1.7} />} onClick={() => again.mutate({ workspace: workspace.slug, id })}>Send again</Button>}
        </>
      )}
    >
      <section className={classes.page}>
        {query.error === null ? null : <div className={classes.inset}><ErrorNote error={query.error} onRetry={() => void query.refetch()} /></div>}
        {query.isPending ? <div className={classes.inset}><Loader aria-label="Loading the event" /></div> : null}
        {event === undefined ? null : <EventBody event={event} />}
      </section>
    </Page>
  )
}

function EventBody({ event }: { event: EventDetail }) {
  const now = useNow(1000)
  const workspace = useWorkspace()
  const { outcomes } = event
  return (
    <>
      <header className={classes.eventHead}>
        <h1 className={classes.eventTitle}><EventName name={event.name} size={20} strong /></h1>
        <p className={classes.sentence}>{eventSentence(event)}</p>
        <Facts event={event} />
      </header>
      <div className={classes.columns}>
        <div className={classes.payload}>
          <h2 className={classes.section}>Data</h2>
          <JsonView value={event.data} root="event.data" open={4} />
        </div>
        <div className={classes.started}>
          <div className={classes.startedHead}>
            <h2 className={classes.section}>What it started</h2>
            {outcomes.total === 0 ? null : <><OutcomeBar width={120} failed={outcomes.failed} done={outcomes.completed} running={outcomes.running} waiting={outcomes.resting + outcomes.cancelled} /><span className={`${classes.quiet} num`}>{outcomeText(outcomes)}</span></>}
          </div>
          {event.joined.map(({ run, events }) => <p key={run} className={`${classes.inset} ${classes.quiet}`}>Joined the run <Link className="mono" href={workspace.path(`/runs/${run}`)}>{run}</Link>, which took {events.toLocaleString('en')} events.</p>)}
          {event.runs.length === 0 ? (
            <div className={classes.inset}>
              <EmptyState title="Nobody reacts" icon={<EventShape width={26} />}>
                The event is stored, and no function listened for <span className="mono">{event.name}</span> when it arrived. Draw one in a workflow and publish it, then send the event again.
              </EmptyState>
            </div>
          ) : <RunLines runs={byFunction(event.runs)} now={now} />}
        </div>
      </div>
    </>
  )
}

function eventSentence(event: EventDetail): string {
  const { outcomes } = event
  if (outcomes.total === 0) return 'Stored. Nobody reacted to it.'
  if (event.joined.length >= outcomes.total) return `Stored, and taken by ${outcomes.total === 1 ? 'a run that takes' : `${outcomes.total.toLocaleString('en')} runs that take`} several events: ${outcomeText(outcomes)}.`
  const started = `It started ${outcomes.total.toLocaleString('en')} ${outcomes.total === 1 ? 'run' : 'runs'}`
  if (outcomes.failed > 0) return `${started}. ${failedWords(outcomes)}`
  if (outcomes.completed === outcomes.total) return `${started}, and ${outcomes.total === 1 ? 'it is' : 'all are'} done.`
  return `${started}: ${outcomeText(outcomes)}.`
}

function failedWords({ failed, total }: EventDetail['outcomes']): string {
  if (failed < total) return `${failed.toLocaleString('en')} failed; the ${total - failed === 1 ? 'other is' : 'others are'} not affected.`
  return total === 1 ? 'It failed.' : `All ${total.toLocaleString('en')} failed, each on its own.`
}

function Facts({ event }: { event: EventDetail }) {
  const workspace = useWorkspace()
  const now = useNow(60_000)
  return (
    <dl className={classes.facts}>
      <div><dt>Id</dt><dd className="mono">{event.id}<CopyButton value={event.id} label="Copy the id" size={22} /></dd></div>
      {event.clientId === null ? null : <div><dt>Sender’s id</dt><dd className="mono">{event.clientId}</dd></div>}
      <div>
        <dt>Source</dt>
        <dd>
          {event.emittedBy === null ? sourceWord(event.source) : <Link href={workspace.path(`/runs/${event.emittedBy}`)}>Emitted by a run</Link>}
          {event.source === 'ui' && event.sourceRef === 'test' ? <>, to test a drawing</> : null}
          {event.source === 'ui' && event.sourceRef?.startsWith('evt_') === true ? <>, a copy of <Link href={workspace.path(`/events/${event.sourceRef}`)}>an earlier one</Link></> : null}
        </dd>
      </div>
      <div><dt>Received</dt><dd className="num">{now === 0 ? '' : formatMoment(Date.parse(event.receivedAt))}</dd></div>
      {event.runs.some((run) => run.workflow !== null) ? <div><dt>In a drawing</dt><dd className={classes.samples}><UseAsSample event={event.id} workflows={event.runs.flatMap((run) => run.workflow ?? [])} /></dd></div> : null}
      {event.v === null ? null : <div><dt>Version</dt><dd className="mono">{event.v}</dd></div>}
    </dl>
  )
}
