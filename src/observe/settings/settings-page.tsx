'use client'
/** Keys of the workspace and how to send events with them; below, what its steps may use and what holds for its runs. */
import { Button, Modal, SegmentedControl, TextInput } from '@mantine/core'
import { modals } from '@mantine/modals'
import { IconHistory, IconPlus, IconUsers } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { useState } from 'react'
import { AlertsSection } from '#observe/settings/alerts-section.tsx'
import { ConfirmSection } from '#observe/settings/confirm-section.tsx'
import { ConnectionsSection } from '#observe/settings/connections-section.tsx'
import { HistorySection } from '#observe/settings/history-section.tsx'
import { ServicesSection } from '#observe/settings/services-section.tsx'
import { SendSnippets } from '#observe/settings/send-snippets.tsx'
import { ValuesSection } from '#observe/settings/values-section.tsx'
import { WorkspaceSection } from '#observe/settings/workspace-section.tsx'
import type { KeyEntry } from '#server/keys/keys.ts'
import { CopyButton } from '#ui/copy-button.tsx'
import { ErrorNote } from '#ui/error-note.tsx'
import { notifyDone, notifyError } from '#ui/notify.ts'
import { RelativeTime } from '#ui/relative-time.tsx'
import { Page } from '#ui/shell/page.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import classes from './settings.module.css'

export function SettingsPage() {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const keys = useQuery(trpc.keys.list.queryOptions({ workspace: workspace.slug }))
  const [adding, setAdding] = useState<'event' | 'api' | null>(null)
  const all = keys.data ?? []
  const eventKeys = all.filter((key) => key.kind === 'event')
  const apiKeys = all.filter((key) => key.kind === 'api')
  const manages = workspace.role === 'owner' || workspace.role === 'admin'
  const add = (kind: 'event' | 'api') => manages && <Button size="xs" leftSection={<IconPlus size={14} stroke={1.7} />} onClick={() => setAdding(kind)}>{kind === 'event' ? 'New event key' : 'New API key'}</Button>
  return (
    <Page crumbs={[{ label: 'Settings' }]}>
      <div className={classes.page}>
        <div className={classes.top}>
          <h1 className={classes.title}>Settings</h1>
          <div className={classes.more}>
            <Button component={Link} href={workspace.path('/settings/people')} size="xs" leftSection={<IconUsers size={14} stroke={1.7} />}>People</Button>
            {workspace.role === 'owner' || workspace.role === 'admin' ? <Button component={Link} href={workspace.path('/settings/audit')} size="xs" leftSection={<IconHistory size={14} stroke={1.7} />}>Audit</Button> : null}
          </div>
        </div>
        {keys.error === null ? null : <ErrorNote error={keys.error} onRetry={() => void keys.refetch()} />}
        <section className={classes.section} id="keys">
          <div className={classes.head}>
            <div>
              <h2 className={classes.heading}>Event keys</h2>
              <p className={classes.about}>Whoever has one may send events to this workspace, and nothing else.</p>
            </div>
            {add('event')}
          </div>
          <KeyList keys={keys.data === undefined ? null : eventKeys} manages={manages} none="No event key. Nobody can send events from outside." />
          <SendSnippets eventKey={eventKeys.find((key) => key.text !== null)?.text ?? null} />
        </section>
        <section className={classes.section}>
          <div className={classes.head}>
            <div>
              <h2 className={classes.heading}>API keys</h2>
              <p className={classes.about}>For the REST API and the command line: read and change everything here. Shown once, when made.</p>
            </div>
            {add('api')}
          </div>
          <KeyList keys={keys.data === undefined ? null : apiKeys} manages={manages} none="No API key." />
        </section>
        <ConnectionsSection />
        <ValuesSection />
        <AlertsSection />
        <ServicesSection />
        <ConfirmSection />
        <HistorySection />
        <WorkspaceSection />
      </div>
      <Modal opened={adding !== null} onClose={() => setAdding(null)} title={adding === 'api' ? 'New API key' : 'New event key'} size={480}>
        {adding === null ? null : <NewKeyForm kind={adding} onDone={() => setAdding(null)} />}
      </Modal>
    </Page>
  )
}

/** `null`: not known yet, which is not the same as none. */
function KeyList({ keys, none, manages }: { keys: KeyEntry[] | null; none: string; manages: boolean }) {
  if (keys === null) return null
  if (keys.length === 0) return <p className={classes.quiet}>{none}</p>
  return <ul className={classes.keys}>{keys.map((key) => <KeyRow key={key.id} entry={key} manages={manages} />)}</ul>
}

function KeyRow({ entry, manages }: { entry: KeyEntry; manages: boolean }) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const client = useQueryClient()
  const revoke = useMutation(trpc.keys.revoke.mutationOptions({
    onError: notifyError,
    onSuccess: () => {
      notifyDone(`“${entry.name}” no longer works.`)
      void client.invalidateQueries(trpc.keys.pathFilter())
    },
  }))
  const ask = () => modals.openConfirmModal({
    title: `Revoke “${entry.name}”?`,
    children: entry.kind === 'event' ? 'Whoever sends events with it is refused within seconds, with a clear message. Events and runs stay.' : 'Programs that use it are refused within seconds. Nothing else changes.',
    labels: { confirm: 'Revoke the key', cancel: 'Keep it' },
    confirmProps: { color: 'red', variant: 'filled' },
    onConfirm: () => revoke.mutate({ workspace: workspace.slug, id: entry.id }),
  })
  return (
    <li className={classes.key}>
      <span className={classes.keyName}>{entry.name}{entry.madeBy === null ? null : <span className={classes.keyBy}>made by {entry.madeBy}</span>}</span>
      <code className={`${classes.keyText} cut`}>{entry.text ?? `fw_${entry.kind}_live_…${entry.last4}`}</code>
      {entry.text === null ? <span /> : <CopyButton value={entry.text} label="Copy the key" />}
      <span className={classes.quiet}><RelativeTime at={Date.parse(entry.createdAt)} /></span>
      {manages ? <Button size="xs" onClick={ask} loading={revoke.isPending} aria-label={`Revoke ${entry.name}`}>Revoke</Button> : <span />}
    </li>
  )
}

function NewKeyForm({ kind: firstKind, onDone }: { kind: 'event' | 'api'; onDone(): void }) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const client = useQueryClient()
  const [kind, setKind] = useState(firstKind)
  const [name, setName] = useState('')
  const create = useMutation(trpc.keys.create.mutationOptions({ onSuccess: () => client.invalidateQueries(trpc.keys.pathFilter()) }))
  if (create.data !== undefined) {
    return (
      <div className={classes.made}>
        <p>{kind === 'api' ? 'Keep it somewhere safe: it is not shown again.' : 'Anyone who has it can send events to this workspace.'}</p>
        <div className={classes.madeKey}><code>{create.data.text}</code><CopyButton value={create.data.text} label="Copy the key" /></div>
        <Button variant="filled" onClick={onDone}>Done</Button>
      </div>
    )
  }
  return (
    <form
      className={classes.made}
      onSubmit={(event) => {
        event.preventDefault()
        create.mutate({ workspace: workspace.slug, kind, name })
      }}
    >
      <SegmentedControl aria-label="Kind of key" value={kind} onChange={(value) => setKind(value === 'api' ? 'api' : 'event')} data={[{ value: 'event', label: 'Event key' }, { value: 'api', label: 'API key' }]} />
      <TextInput label="Name" placeholder="Who or what will use it" data-autofocus required withAsterisk={false} maxLength={80} value={name} onChange={(event) => setName(event.currentTarget.value)} />
      {create.error === null ? null : <ErrorNote error={create.error} />}
      <Button type="submit" variant="filled" loading={create.isPending} disabled={name.trim() === ''}>Make the key</Button>
    </form>
  )
}
