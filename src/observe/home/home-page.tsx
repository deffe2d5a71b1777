'use client'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { WaitingForYou } from '#observe/approvals/waiting-list.tsx'
import { FirstEvent } from '#observe/home/first-event.tsx'
import { Mentions } from '#observe/home/mentions.tsx'
import { TourOffer } from '#observe/home/tour-offer.tsx'
import { NewWorkflowButton } from '#observe/workflows/new-workflow.tsx'
import { WorkflowCard } from '#observe/workflows/workflow-card.tsx'
import { EmptyState } from '#ui/empty-state.tsx'
import { ErrorNote } from '#ui/error-note.tsx'
import { EventShape } from '#ui/event-name.tsx'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import { Page } from '#ui/shell/page.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import { IconBell } from '@tabler/icons-react'
import cards from '#observe/workflows/workflows.module.css'
import classes from './home.module.css'

const cardsMax = 4

export function HomePage() {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const workflows = useQuery(trpc.workflows.list.queryOptions({ workspace: workspace.slug }))
  const all = workflows.data ?? []
  return (
    <Page actions={<NewWorkflowButton />} flush>
      <div className={classes.page}>
        <div className={classes.top}>
          <div>
            <h1 className={classes.title}>Make something happen</h1>
            <p className={classes.lead}>Send one event and watch every function react. Make one of them fail: see what the others do.</p>
          </div>
          <TourOffer />
        </div>
        <WaitingForYou />
        <Mentions />
        {workflows.error === null ? null : <ErrorNote error={workflows.error} onRetry={() => void workflows.refetch()} />}
        {workflows.isSuccess && all.length === 0 ? (
          <EmptyState title="Nothing is drawn yet" icon={<EventShape width={26} />} action={<NewWorkflowButton />}>Draw an event and the functions that react to it, then send the event from here.</EmptyState>
        ) : <FirstEvent workflows={all} />}
        {all.length === 0 ? null : (
          <>
            <div className={classes.sectionHead}>
              <h2 className={classes.section}>Or begin with one that works</h2>
              <span><Link href={workspace.path('/templates')} className={classes.strongLink}>Templates</Link>{' · '}<Link href={workspace.path('/workflows')} className={classes.strongLink}>{all.length > cardsMax ? `All ${all.length} workflows` : 'All workflows'}</Link></span>
            </div>
            <div className={cards.cards}>{all.slice(0, cardsMax).map((workflow) => <WorkflowCard key={workflow.slug} workflow={workflow} />)}</div>
          </>
        )}
        <Standing />
      </div>
    </Page>
  )
}

/** What is going on and what needs someone, in two boxes. */
function Standing() {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const counts = useQuery(trpc.runs.counts.queryOptions({ workspace: workspace.slug })).data
  const latest = useQuery(trpc.runs.list.queryOptions({ workspace: workspace.slug, limit: 1, filter: {} })).data?.data[0]
  const asked = useQuery(trpc.approvals.waiting.queryOptions({ workspace: workspace.slug })).data?.length ?? 0
  if (counts === undefined) return null
  const open = counts.running + counts.resting
  return (
    <div className={classes.standing}>
      {latest === undefined ? (
        <EmptyState title="No runs yet" icon={<EventShape width={26} />}>A run appears here the moment an event arrives. Every function that reacts gets its own.</EmptyState>
      ) : (
        <EmptyState title={open === 0 ? 'Everything has run' : `${counts.running.toLocaleString('en')} running, ${counts.resting.toLocaleString('en')} waiting`} icon={<StatusGlyph state={open === 0 ? 'completed' : 'running'} size={22} label="" />}>
          The latest is a run of <Link className="mono" href={workspace.path(`/runs/${latest.id}`)}>{latest.function}</Link>. <Link href={workspace.path('/runs?view=everything')}>All runs</Link>
        </EmptyState>
      )}
      {counts.needsPerson === 0 ? (
        <EmptyState title={asked === 0 ? 'Nothing needs you' : 'No failures, no retries'} icon={<IconBell size={22} stroke={1.6} />}>Failures and retries show up here, with what to do.</EmptyState>
      ) : (
        <EmptyState title={`${counts.needsPerson.toLocaleString('en')} ${counts.needsPerson === 1 ? 'run needs' : 'runs need'} a person`} icon={<StatusGlyph state="failed" size={22} label="" />}>
          They failed or are being retried. <Link href={workspace.path('/runs?view=needs-person')}>See what happened</Link>
        </EmptyState>
      )}
    </div>
  )
}
