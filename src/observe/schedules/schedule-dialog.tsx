'use client'
/** Adds or changes a schedule; shows what its times mean before it is saved. */
import { Autocomplete, Button, Modal, Select, Switch, Textarea, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { cronWords } from '#canvas/schedule-words.ts'
import { parseData } from '#observe/events/parse-data.ts'
import type { ScheduleEntry } from '#server/schedules/store.ts'
import { ErrorNote } from '#ui/error-note.tsx'
import { notifyDone } from '#ui/notify.ts'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { errorShape, useTRPC } from '#ui/trpc.tsx'
import classes from './schedules.module.css'

export function ScheduleDialog({ schedule, onClose }: { schedule: ScheduleEntry | 'new' | null; onClose(): void }) {
  return (
    <Modal opened={schedule !== null} onClose={onClose} title={schedule === 'new' ? 'Add a schedule' : `Schedule ${schedule?.key ?? ''}`} size={560}>
      {schedule === null ? null : <ScheduleForm known={schedule === 'new' ? null : schedule} onSaved={onClose} />}
    </Modal>
  )
}

const missedWords = [
  { value: 'last', label: 'Send the last one, once' },
  { value: 'skip', label: 'Skip them' },
  { value: 'all', label: 'Send each of them, oldest first' },
]

function ScheduleForm({ known, onSaved }: { known: ScheduleEntry | null; onSaved(): void }) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const client = useQueryClient()
  const [key, setKey] = useState(known?.key ?? '')
  const [event, setEvent] = useState(known?.event ?? '')
  const [cron, setCron] = useState(known?.cron ?? '0 9 * * MON')
  const [timezone, setTimezone] = useState(known?.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone)
  const [typed, setText] = useState(known === null ? null : JSON.stringify(known.data, null, 2))
  const [missed, setMissed] = useState(known?.missed ?? 'last')
  const [enabled, setEnabled] = useState(known?.enabled ?? true)
  const names = useQuery(trpc.events.known.queryOptions({ workspace: workspace.slug }))
  // Until somebody writes, the data is the event's own sample.
  const sample = names.data?.find((one) => one.name === event.trim())?.sample
  const text = typed ?? (sample === undefined || sample === null ? '{}' : JSON.stringify(sample, null, 2))
  const [times] = useDebouncedValue({ cron, timezone }, 250)
  const preview = useQuery(trpc.schedules.preview.queryOptions({ workspace: workspace.slug, ...times }, { placeholderData: keepPreviousData }))
  const problem = preview.data?.problem ?? null
  const parsed = parseData(text)
  const put = useMutation(trpc.schedules.put.mutationOptions({
    onSuccess: () => {
      notifyDone(known === null ? 'Added.' : 'Saved.')
      void client.invalidateQueries(trpc.schedules.pathFilter())
      onSaved()
    },
  }))
  const wrong = put.error === null ? undefined : errorShape(put.error)
  const problemOf = (field: string) => (problem?.field === field ? `${problem.message} ${problem.fix}` : wrong?.field?.endsWith(field) === true ? wrong.message : undefined)
  return (
    <form
      className={classes.form}
      onSubmit={(submitted) => {
        submitted.preventDefault()
        if (parsed.ok) put.mutate({ workspace: workspace.slug, key: key.trim(), isNew: known === null, schedule: { event: event.trim(), cron: cron.trim(), timezone, data: parsed.data as never, missed, enabled } })
      }}
    >
      <TextInput label="Key" description="Your own name for it, such as the customer’s id. One schedule a key." required withAsterisk={false} value={key} onChange={(changed) => setKey(changed.currentTarget.value)} disabled={known !== null} error={problemOf('key')} placeholder="customer-42" styles={{ input: { fontFamily: 'var(--fw-mono)' } }} />
      <Autocomplete label="Event" description="Sent at each of its times." required withAsterisk={false} value={event} onChange={setEvent} data={[...new Set((names.data ?? []).map((one) => one.name))].filter((name) => !name.startsWith('fanwise/'))} error={problemOf('event')} placeholder="digest/due" />
      <div className={classes.two}>
        <TextInput label="Times (cron)" description="Minute, hour, day, month, weekday." required withAsterisk={false} value={cron} onChange={(changed) => setCron(changed.currentTarget.value)} error={problemOf('cron')} styles={{ input: { fontFamily: 'var(--fw-mono)' } }} />
        <Select label="Time zone" description="Clock changes are followed." searchable value={timezone} onChange={(zone) => setTimezone(zone ?? 'UTC')} data={zones(timezone)} error={problemOf('timezone')} />
      </div>
      <div className={classes.preview} aria-live="polite">
        <b>{problem === null ? cronWords(times.cron) : 'Next five'}</b>
        {problem !== null ? <span>None: the times are not right yet.</span> : (
          <ol>{(preview.data?.next ?? []).map((tick) => <li key={tick} className="num">{inZone(tick, times.timezone)}</li>)}</ol>
        )}
      </div>
      <Textarea label="Data" description="The function reads it as event.data." autosize minRows={4} maxRows={12} spellCheck={false} value={text} onChange={(changed) => setText(changed.currentTarget.value)} error={parsed.ok ? undefined : parsed.problem} styles={{ input: { fontFamily: 'var(--fw-mono)', fontSize: 12 } }} />
      <Select label="Times missed while Fanwise was down" allowDeselect={false} value={missed} onChange={(value) => setMissed((value ?? 'last') as typeof missed)} data={missedWords} />
      <Switch label="On" checked={enabled} onChange={(changed) => setEnabled(changed.currentTarget.checked)} />
      {put.error === null || wrong?.field !== undefined ? null : <ErrorNote error={put.error} />}
      <Button type="submit" variant="filled" justify="center" loading={put.isPending} disabled={!parsed.ok || problem !== null}>{known === null ? 'Add schedule' : 'Save'}</Button>
    </form>
  )
}

function zones(current: string): string[] {
  const all = Intl.supportedValuesOf('timeZone')
  return [...new Set(['UTC', current, ...all])]
}

function inZone(tick: string, timezone: string): string {
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone: timezone, weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', timeZoneName: 'short' }).format(new Date(tick))
  } catch {
    return tick
  }
}
