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
  const park = useMutation(trpc.holds.park.mutationOptions({ onSettled, onSuccess: () => setService('') }))
  const letGo = useMutation(trpc.holds.letGo.mutationOptions({ onSettled, onError: notifyError }))
  const setAuto = useMutation(trpc.holds.setAutoPark.mutationOptions({ onSettled, onError: notifyError }))
  const manages = workspace.role === 'owner' || workspace.role === 'admin'
  const edits = manages || workspace.role === 'editor'
  const parked = (list.data?.holds ?? []).filter((hold) => hold.kind === 'service')
  const auto = setAuto.isPending ? setAuto.variables.on : (list.data?.autoPark ?? false)
  return (
    <section className={classes.section} id="services">
      <div className={classes.head}>
        <div>
          <h2 className={classes.heading}>Parked services</h2>
          <p className={classes.about}>While a service is parked, every step that calls it waits, in all functions, and uses up no attempt. When it is let go, runs follow in their order, more each second. By itself: ten failures within 30 seconds park a service, and it is tried again after a while.</p>
        </div>
        <Switch label={auto ? 'By itself' : 'By hand'} aria-label="Park failing services by themselves" checked={auto} disabled={!manages || list.data === undefined} onChange={(event) => setAuto.mutate({ workspace: workspace.slug, on: event.currentTarget.checked })} />
      </div>
      {list.error === null ? null : <ErrorNote error={list.error} onRetry={() => void list.refetch()} />}
      {parked.length === 0 ? <p className={classes.quiet}>No service is parked.</p> : (
        <ul style={{ listStyle: 'none', margin: 0, padding: 0, display: 'grid', gap: 8 }}>
          {parked.map((hold) => (
            <li key={hold.id} style={{ display: 'flex', gap: 12, alignItems: 'center', flexWrap: 'wrap' }}>
              <b className="mono">{hold.target}</b>
              <span className={classes.about}>{hold.resuming ? 'is coming back' : <>parked {hold.auto ? 'by itself ' : hold.by === null ? '' : `by ${hold.by} `}<RelativeTime at={Date.parse(hold.since)} /> ago</>}{hold.reason === null ? '' : `: ${hold.reason}`}{hold.held > 0 ? `. ${hold.held.toLocaleString('en')} ${hold.held === 1 ? 'run waits' : 'runs wait'}.` : '.'}</span>
              {edits && !hold.resuming ? <Button size="xs" loading={letGo.isPending && letGo.variables.service === hold.target} onClick={() => letGo.mutate({ workspace: workspace.slug, service: hold.target })}>Let it go</Button> : null}
            </li>
          ))}
        </ul>
      )}
      {edits ? (
        <form
          style={{ display: 'flex', gap: 8, alignItems: 'flex-end', flexWrap: 'wrap' }}
          onSubmit={(submitted) => {
            submitted.preventDefault()
            if (service.trim() !== '') park.mutate({ workspace: workspace.slug, service })
          }}
        >
          <TextInput label="Host" placeholder="crm.example.com or playground://crm" value={service} onChange={(changed) => setService(changed.currentTarget.value)} style={{ minWidth: 280 }} />
          <Button type="submit" size="sm" loading={park.isPending} disabled={service.trim() === ''}>Park it</Button>
        </form>
      ) : null}
      {park.error === null ? null : <ErrorNote error={park.error} />}
    </section>
  )
}
