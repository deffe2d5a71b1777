'use client'
/** The page behind an approval's link. Works signed out: whoever holds the link may decide. */
import { Loader } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import type { inferRouterOutputs } from '@trpc/server'
import { DecisionForm } from '#observe/approvals/decision-form.tsx'
import type { AppRouter } from '#server/router.ts'
import { ErrorNote } from '#ui/error-note.tsx'
import { Logo } from '#ui/logo.tsx'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import type { UiStatus } from '#ui/status.ts'
import { formatMoment } from '#ui/time.ts'
import { useTRPC } from '#ui/trpc.tsx'
import classes from './approvals.module.css'

type Approval = NonNullable<inferRouterOutputs<AppRouter>['approvals']['byLink']>

export function ApprovePage({ token }: { token: string }) {
  const trpc = useTRPC()
  const query = useQuery(trpc.approvals.byLink.queryOptions({ token }, { retry: false, refetchInterval: ({ state }) => (state.data?.state === 'unasked' ? 5000 : false) }))
  const decide = useMutation(trpc.approvals.decideByLink.mutationOptions({ onSettled: () => query.refetch() }))
  const asked = query.data
  return (
    <main className={classes.page}>
      <div className={classes.card}>
        <Logo />
        {query.isPending ? <Loader aria-label="Loading the question" /> : null}
        {query.error === null ? null : <ErrorNote error={query.error} onRetry={() => void query.refetch()} />}
        {asked === null ? <><h1 className={classes.title}>This run is not kept any more</h1><p className={classes.message}>There is nothing left to decide.</p></> : null}
        {asked === undefined || asked === null ? null : (
          <>
            <div>
              <p className={classes.from}>{asked.workspace}{asked.workflow === null ? '' : ` · ${asked.workflow}`} · <span className="mono">{asked.function}</span></p>
              <h1 className={classes.title}>{asked.title || 'Nothing is asked here yet'}</h1>
              {asked.message === '' ? null : <p className={classes.message}>{asked.message}</p>}
            </div>
            {asked.state === 'open' ? (
              <>
                <DecisionForm pending={decide.isPending ? decide.variables.decision : null} onDecide={(decision, comment) => decide.mutate({ token, decision, comment })} />
                {asked.expiresAt === null ? null : <p className={classes.quiet}>Until {formatMoment(Date.parse(asked.expiresAt))}.</p>}
              </>
            ) : <Outcome asked={asked} />}
            {decide.error === null ? null : <ErrorNote error={decide.error} />}
          </>
        )}
      </div>
    </main>
  )
}

const words: Record<Exclude<Approval['state'], 'open'>, { glyph: UiStatus; text: string }> = {
  approved: { glyph: 'completed', text: 'Approved' },
  rejected: { glyph: 'cancelled', text: 'Rejected' },
  late: { glyph: 'cancelled', text: 'The time to decide is over. The run has gone on without an answer.' },
  unasked: { glyph: 'queued', text: 'The run has not come to this question yet. This page looks again by itself.' },
  over: { glyph: 'cancelled', text: 'The run has ended, so there is nothing left to decide.' },
}

function Outcome({ asked }: { asked: Approval }) {
  if (asked.state === 'open') return null
  const { glyph, text } = words[asked.state]
  const { decision } = asked
  return (
    <div className={classes.outcome} role="status">
      <StatusGlyph state={glyph} label="" />
      <div>
        <div>{text}{decision === null ? '' : `${decision.by === null ? '' : ` by ${decision.by}`}, ${formatMoment(Date.parse(decision.at))}.`}</div>
        {decision === null || decision.comment === '' ? null : <p className={classes.message}>{decision.comment}</p>}
      </div>
    </div>
  )
}
