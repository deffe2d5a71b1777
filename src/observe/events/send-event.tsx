'use client'
/** "Send test event": a name and its data, begun with what the drawing shows or what came last. */
import { Autocomplete, Button, Modal, Textarea } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconSend } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useEffect, useState, type ReactNode } from 'react'
import { parseData } from '#observe/events/parse-data.ts'
import type { Json } from '#base/json.ts'
import { ErrorNote } from '#ui/error-note.tsx'
import { notifyDone } from '#ui/notify.ts'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import classes from './events.module.css'

interface SendEventButtonProps {
  icon?: ReactNode
  /** Preset name and data. */
  name?: string
  data?: Json
  label?: string
}

export function SendEventButton({ icon, name, data, label = 'Send a test event' }: SendEventButtonProps) {
  const { role } = useWorkspace()
  const [opened, { open, close }] = useDisclosure()
  if (role === 'viewer') return null
  return (
    <>
      <Button onClick={open} leftSection={icon ?? <IconSend size={15} stroke={1.7} />}>{label}</Button>
      <SendEventDialog opened={opened} onClose={close} name={name} data={data} />
    </>
  )
}

interface SendEventDialogProps {
  opened: boolean
  onClose(): void
  name?: string
  data?: Json
}

export function SendEventDialog({ opened, onClose, name, data }: SendEventDialogProps) {
  return (
    <Modal opened={opened} onClose={onClose} title="Send a test event" size={560}>
      {opened ? <SendEventForm name={name} data={data} onClose={onClose} /> : null}
    </Modal>
  )
}

const show = (value: Json) => JSON.stringify(value, null, 2)

function SendEventForm({ name: presetName, data: presetData, onClose }: Omit<SendEventDialogProps, 'opened'>) {
  const workspace = useWorkspace()
  const router = useRouter()
  const trpc = useTRPC()
  const client = useQueryClient()
  const known = useQuery(trpc.events.known.queryOptions({ workspace: workspace.slug }))
  const [name, setName] = useState(presetName ?? '')
  const [text, setText] = useState(presetData === undefined || presetData === null ? '' : show(presetData))
  const [touched, setTouched] = useState(presetData !== undefined)
  const sample = known.data?.find((one) => one.name === name)
  const first = known.data?.[0]
  // Once: whoever empties the field wants to write another one.
  const [begun, setBegun] = useState(presetName !== undefined)
  useEffect(() => {
    if (begun || first === undefined) return
    setBegun(true)
    setName((typed) => (typed === '' ? first.name : typed))
  }, [begun, first])
  useEffect(() => {
    if (!touched && sample !== undefined) setText(show(sample.sample ?? {}))
  }, [sample, touched])
  const parsed = parseData(text)
  const send = useMutation(trpc.events.send.mutationOptions({
    onSuccess: ({ id, runs }) => {
      void client.invalidateQueries(trpc.events.pathFilter())
      void client.invalidateQueries(trpc.runs.pathFilter())
      notifyDone(runs === 0 ? `${name} is stored. Nobody reacts to it yet.` : `${name} started ${runs} ${runs === 1 ? 'run' : 'runs'}.`)
      onClose()
      router.push(workspace.path(`/events/${id}`))
    },
  }))
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault()
        if (parsed.ok) send.mutate({ workspace: workspace.slug, name, data: parsed.data as never })
      }}
    >
      <Autocomplete
        label="Event name" required withAsterisk={false} value={name} onChange={setName} data={(known.data ?? []).map((one) => one.name)} limit={12} maxLength={256}
        description={sample === undefined ? undefined : sample.reactions === 0 ? 'No function reacts to it.' : `${sample.reactions} ${sample.reactions === 1 ? 'function reacts' : 'functions react'} to it.`}
        styles={{ input: { fontFamily: 'var(--fw-mono)' } }}
      />
      <Textarea
        label="Data" autosize minRows={8} maxRows={18} value={text} spellCheck={false} styles={{ input: { fontFamily: 'var(--fw-mono)', fontSize: 12, lineHeight: '18px' } }}
        onChange={(event) => {
          setTouched(true)
          setText(event.currentTarget.value)
        }}
        error={parsed.ok ? undefined : parsed.problem}
      />
      {send.error === null ? null : <ErrorNote error={send.error} />}
      <div className={classes.formFoot}>
        <Button onClick={onClose}>Close</Button>
        <Button type="submit" variant="filled" data-tone="event" loading={send.isPending} disabled={!parsed.ok || name.trim() === ''} leftSection={<IconSend size={15} stroke={1.7} />}>Send event</Button>
      </div>
    </form>
  )
}
