'use client'
/** Failure alerts: on or off, who gets them, and a test that says where it went. */
import { Button, Switch } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ErrorNote } from '#ui/error-note.tsx'
import { notifyError } from '#ui/notify.ts'
import { RelativeTime } from '#ui/relative-time.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import Link from 'next/link'
import classes from './settings.module.css'

export function AlertsSection() {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const client = useQueryClient()
  const alerts = useQuery(trpc.alerts.get.queryOptions({ workspace: workspace.slug }, { refetchInterval: 20_000 }))
  const set = useMutation(trpc.alerts.set.mutationOptions({ onError: notifyError, onSettled: () => client.invalidateQueries(trpc.alerts.get.pathFilter()) }))
  const test = useMutation(trpc.alerts.test.mutationOptions())
  const manages = workspace.role === 'owner' || workspace.role === 'admin'
  const on = set.isPending ? set.variables.on : (alerts.data?.on ?? true)
  return (
    <section className={classes.section} id="alerts">
      <div className={classes.head}>
        <div>
          <h2 className={classes.heading}>Failure alerts</h2>
          <p className={classes.about}>When runs fail, the owners and admins get one mail at once, then at most one every 15 minutes. Tests of a drawing tell nobody. Nothing is ever switched off by itself.</p>
        </div>
        <Switch
          label={on ? 'On' : 'Off'} aria-label="Failure alerts" checked={on} disabled={!manages || alerts.data === undefined}
          onChange={(event) => set.mutate({ workspace: workspace.slug, on: event.currentTarget.checked })}
        />
      </div>
      {alerts.error === null ? null : <ErrorNote error={alerts.error} onRetry={() => void alerts.refetch()} />}
      {alerts.data === undefined ? null : (
        <>
          <p className={classes.about}>
            {alerts.data.recipients.length === 0 ? 'Nobody gets them: the workspace has no owner or admin.' : <>They go to {alerts.data.recipients.map((to, index) => <span key={to}>{index === 0 ? '' : index === alerts.data.recipients.length - 1 ? ' and ' : ', '}<b>{to}</b></span>)}.</>}
            {alerts.data.lastAt === null ? ' None was sent yet.' : <> The last one went out <RelativeTime at={Date.parse(alerts.data.lastAt)} ago />.</>}
          </p>
          {manages ? (
            <div className={classes.testAlert}>
              <Button size="xs" loading={test.isPending} onClick={() => test.mutate({ workspace: workspace.slug })}>Send a test alert</Button>
              <span role="status">{test.data === undefined ? null : <TestResult sent={test.data} />}</span>
            </div>
          ) : <p className={classes.quiet}>Owners and admins change this.</p>}
          {test.error === null ? null : <ErrorNote error={test.error} />}
        </>
      )}
    </section>
  )
}

function TestResult({ sent }: { sent: { to: string[]; failed: { to: string; message: string }[]; via: 'smtp' | 'outbox' | null } }) {
  const workspace = useWorkspace()
  return (
    <>
      {sent.via === 'outbox'
        ? <>It is in the <Link href={workspace.path('/outbox')}>Outbox</Link>, addressed to {sent.to.join(' and ')}: no mail server is set, so it was not delivered. Set FANWISE_SMTP_URL to get alerts by mail.</>
        : <>The mail server took it for {sent.to.join(' and ')}.</>}
      {sent.failed.map(({ to, message }) => <span key={to}> Not for {to}: {message}</span>)}
    </>
  )
}
