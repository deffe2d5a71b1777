'use client'
/** Parked services: which, since when and why; parking by hand; the automatic breaker. */
import { Button, Switch, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ErrorNote } from '#ui/error-note.tsx'
import { notifyError } from '#ui/notify.ts'
import { RelativeTime } from '#ui/relative-time.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import classes from './settings.module.css'

export function ServicesSection() {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const client = useQueryClient()
  const list = useQuery(trpc.holds.list.queryOptions({ workspace: workspace.slug }, { refetchInterval: 5000 }))
  const onSettled = () => void client.invalidateQueries(trpc.holds.list.pathFilter())
  const [service, setService] = useState('')
  const [reason, setReason] = useState('')
  const park = useMutation(trpc.holds.park.mutationOptions({ onSettled, onSuccess: () => { setService(''); setReason('') } }))
  const letGo = useMutation(trpc.holds.letGo.mutationOptions({ onSettled, onError: notifyError }))
  const setAuto = useMutation(trpc.holds.setAutoPark.mutationOptions({ onSettled, onError: notifyError }))
  const manages = workspace.role === 'owner' || workspace.role === 'admin'
  const edits = manages || workspace.role === 'editor'
  const parked = (list.data?.holds ?? []).filter((hold) => hold.kind === 'service')
  const auto = setAuto.isPending ? setAuto.variables.on : (list.data?.autoPark ?? false)
  return (
    <section className={classes.section} id="services">
      <div className={classes.head}>
        <h2 className={classes.heading}>Parked services</h2>
        <Switch label={auto ? 'By itself too' : 'Only by hand'} aria-label="Park failing services automatically" checked={auto} disabled={!manages || list.data === undefined} onChange={(event) => setAuto.mutate({ workspace: workspace.slug, on: event.currentTarget.checked })} />
      </div>
      <p className={classes.about}>While a service is parked, every step that calls it waits, in all functions, and uses up no attempt. When it is let go, runs follow in their order, more each second. Left to itself, Fanwise parks a service after ten failures within 30 seconds and tries it again after a while, and a connection after ten refusals, until it has been changed.</p>
      {list.error === null ? null : <ErrorNote error={list.error} onRetry={() => void list.refetch()} />}
      {list.data === undefined ? null : parked.length === 0 ? <p className={classes.none}>No service is parked.</p> : (
        <ul className={`${classes.keys} ${classes.parkedList}`}>
          {parked.map((hold) => (
            <li key={hold.id} className={classes.parked}>
              <b className={`${classes.parkedName} mono`}>{hold.target}</b>
              <span className={classes.parkedWhy}>{hold.resuming ? 'Coming back' : <>Parked {hold.auto ? 'by itself ' : hold.by === null ? '' : `by ${hold.by} `}<RelativeTime at={Date.parse(hold.since)} ago /></>}{hold.reason === null ? '' : `: ${hold.reason.replace(/[.\s]+$/, '')}`}{hold.held > 0 ? `. ${hold.held.toLocaleString('en')} ${hold.held === 1 ? 'run waits' : 'runs wait'}.` : '.'}</span>
              {edits && !hold.resuming ? <Button size="xs" loading={letGo.isPending && letGo.variables.service === hold.target} onClick={() => letGo.mutate({ workspace: workspace.slug, service: hold.target })}>Let it go</Button> : null}
            </li>
          ))}
        </ul>
      )}
      {edits ? (
        <form
          className={classes.park}
          onSubmit={(submitted) => {
            submitted.preventDefault()
            if (service.trim() !== '') park.mutate({ workspace: workspace.slug, service, ...(reason.trim() === '' ? {} : { reason }) })
          }}
        >
          <TextInput label="Host or connection" placeholder="crm.example.com or connection:CRM" value={service} onChange={(changed) => setService(changed.currentTarget.value)} styles={{ input: { fontFamily: 'var(--fw-mono)' } }} />
          <TextInput label="Why" placeholder="It is being moved" value={reason} onChange={(changed) => setReason(changed.currentTarget.value)} maxLength={300} />
          <Button type="submit" loading={park.isPending} disabled={service.trim() === ''}>Park it</Button>
        </form>
      ) : null}
      {park.error === null ? null : <ErrorNote error={park.error} />}
    </section>
  )
}
