'use client'
/** On the run page: what is asked, and the buttons that let the run go on. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { DecisionForm } from '#observe/approvals/decision-form.tsx'
import { ErrorNote } from '#ui/error-note.tsx'
import { notifyDone } from '#ui/notify.ts'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import classes from './approvals.module.css'

export function RunApproval({ run, step }: { run: string; step: string }) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const client = useQueryClient()
  // Asked for this step alone: the list of all that wait has an end, and may have been read before this one began.
  const query = useQuery(trpc.approvals.asked.queryOptions({ workspace: workspace.slug, run, step }, { staleTime: 0, refetchInterval: ({ state }) => (state.data?.state === 'unasked' ? 1000 : false) }))
  const asked = query.data?.state === 'open' ? query.data : undefined
  const decide = useMutation(trpc.approvals.decide.mutationOptions({
    onSuccess: ({ decided }) => notifyDone(decided === 'approved' ? 'Approved. The run goes on.' : 'Rejected. The run goes on by that way.'),
    onSettled: () => {
      void client.invalidateQueries(trpc.runs.pathFilter())
      void client.invalidateQueries(trpc.approvals.pathFilter())
    },
  }))
  // On a phone the panel is the last thing on the page: whoever came to decide is taken there.
  const show = useCallback((section: HTMLElement | null) => {
    if (window.location.hash === '#decision') section?.scrollIntoView({ block: 'center' })
  }, [])
  if (query.error !== null && query.data === undefined) return <ErrorNote error={query.error} onRetry={() => void query.refetch()} />
  if (asked === undefined) return null
  return (
    <section ref={show} id="decision" className={classes.inPanel} aria-label="Decision">
      <h3 className={classes.question}>{asked.title}</h3>
      {asked.message === '' ? null : <p className={classes.message}>{asked.message}</p>}
      {workspace.role === 'viewer' ? <p className={classes.quiet}>Editors, admins and owners decide, or whoever got the link.</p> : (
        <DecisionForm pending={decide.isPending ? decide.variables.decision : null} onDecide={(decision, comment) => decide.mutate({ workspace: workspace.slug, run, step, decision, comment })} />
      )}
      {decide.error === null ? null : <ErrorNote error={decide.error} />}
    </section>
  )
}
