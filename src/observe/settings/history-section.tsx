'use client'
/** For how long events and runs are kept. Keeping them for less deletes history, so that is asked first. */
import { Button, Checkbox, NumberInput } from '@mantine/core'
import { modals } from '@mantine/modals'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ErrorNote } from '#ui/error-note.tsx'
import { notifyDone } from '#ui/notify.ts'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import classes from './settings.module.css'

interface Days {
  eventDays: number | null
  runDays: number | null
}

const daysAtFirst = 30
const daysMost = 3650

export function HistorySection() {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const client = useQueryClient()
  const kept = useQuery(trpc.workspaces.history.queryOptions({ workspace: workspace.slug }))
  const [edited, setEdited] = useState<Partial<Days>>({})
  const save = useMutation(trpc.workspaces.setHistory.mutationOptions({
    onSuccess: () => {
      notifyDone('Saved.')
      setEdited({})
    },
    onSettled: () => client.invalidateQueries(trpc.workspaces.history.pathFilter()),
  }))
  const manages = workspace.role === 'owner' || workspace.role === 'admin'
  const now = kept.data
  const next = now === undefined ? undefined : { ...now, ...edited }
  const changed = now !== undefined && next !== undefined && (next.eventDays !== now.eventDays || next.runDays !== now.runDays)
  const ask = () => {
    if (now === undefined || next === undefined) return
    // What was not touched is not sent: somebody else may keep it for longer since this page was loaded.
    const go = () => save.mutate({ workspace: workspace.slug, ...(next.eventDays === now.eventDays ? {} : { eventDays: next.eventDays }), ...(next.runDays === now.runDays ? {} : { runDays: next.runDays }) })
    const shorter = [...(isShorter(next.eventDays, now.eventDays) ? [`events older than ${daysWord(next.eventDays)} of which no run is kept`] : []), ...(isShorter(next.runDays, now.runDays) ? [`runs that ended more than ${daysWord(next.runDays)} ago`] : [])]
    if (shorter.length === 0) return go()
    modals.openConfirmModal({
      title: 'Keep less history?',
      children: `${capital(shorter.join(' and '))} are deleted, beginning within a minute. They cannot be brought back.`,
      labels: { confirm: 'Delete older history', cancel: 'Keep it' },
      confirmProps: { color: 'red', variant: 'filled' },
      onConfirm: go,
    })
  }
  return (
    <section className={classes.section} id="history">
      <h2 className={classes.heading}>History</h2>
      <p className={classes.about}>What is older is deleted, a little each minute. Runs that have not ended stay however old they are, and an event stays while one of its runs does. Fan-outs go with the runs; mails in the Outbox and what the playground received go with the events.</p>
      {kept.error === null ? null : <ErrorNote error={kept.error} onRetry={() => void kept.refetch()} />}
      {next === undefined ? null : (
        <form
          onSubmit={(submitted) => {
            submitted.preventDefault()
            ask()
          }}
        >
          <div className={classes.days}>
            <DaysField label="Events" days={next.eventDays} disabled={!manages} onChange={(eventDays) => setEdited({ ...edited, eventDays })} />
            <DaysField label="Runs" days={next.runDays} disabled={!manages} onChange={(runDays) => setEdited({ ...edited, runDays })} />
          </div>
          {manages ? <Button type="submit" size="xs" loading={save.isPending} disabled={!changed}>Save</Button> : <p className={classes.quiet}>Owners and admins change this.</p>}
        </form>
      )}
      {save.error === null ? null : <ErrorNote error={save.error} />}
    </section>
  )
}

function DaysField({ label, days, disabled, onChange }: { label: string; days: number | null; disabled: boolean; onChange(days: number | null): void }) {
  return (
    <>
      <span>{label}</span>
      <NumberInput
        aria-label={`${label}: days kept`} value={days ?? ''} placeholder="For ever" disabled={disabled || days === null} suffix={days === 1 ? ' day' : ' days'}
        min={1} max={daysMost} clampBehavior="blur" allowDecimal={false} allowNegative={false}
        onChange={(value) => { if (typeof value === 'number' && value >= 1) onChange(value) }}
      />
      <Checkbox label="For ever" aria-label={`${label}: keep for ever`} checked={days === null} disabled={disabled} onChange={(changed) => onChange(changed.currentTarget.checked ? null : daysAtFirst)} />
    </>
  )
}

/** Whether history that was kept so far goes. */
function isShorter(next: number | null, now: number | null): boolean {
  return next !== null && (now === null || next < now)
}

function daysWord(days: number | null): string {
  return days === 1 ? '1 day' : `${(days ?? 0).toLocaleString('en')} days`
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
