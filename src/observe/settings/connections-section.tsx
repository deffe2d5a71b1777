'use client'
/** How steps sign in at services: kept once, named in steps, never shown again. */
import { Button, Modal, TextInput } from '@mantine/core'
import { modals } from '@mantine/modals'
import { IconPlus } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ConnectionForm } from '#observe/settings/connection-form.tsx'
import { endsIn, kindWords, secretWords } from '#observe/settings/connection-words.ts'
import { earlierWords } from '#observe/settings/earlier-names.tsx'
import { breaksWords, UsedBy } from '#observe/settings/used-by.tsx'
import type { ConnectionEntry } from '#server/connections/store.ts'
import type { WithUses } from '#server/connections/used-by.ts'
import { ErrorNote } from '#ui/error-note.tsx'
import { notifyDone, notifyError } from '#ui/notify.ts'
import { RelativeTime } from '#ui/relative-time.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import classes from './connections.module.css'
import settings from './settings.module.css'

export function ConnectionsSection() {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const list = useQuery(trpc.connections.list.queryOptions({ workspace: workspace.slug }))
  const [editing, setEditing] = useState<(ConnectionEntry & WithUses) | 'new' | null>(null)
  const manages = workspace.role === 'owner' || workspace.role === 'admin'
  return (
    <section className={settings.section} id="connections">
      <div className={settings.head}>
        <div>
          <h2 className={settings.heading}>Connections</h2>
          <p className={settings.about}>How steps sign in at a service. Steps name the connection; its secret is encrypted, goes only to its hosts, and shows up in no run.</p>
        </div>
        {manages ? <Button size="xs" leftSection={<IconPlus size={14} stroke={1.7} />} onClick={() => setEditing('new')}>New connection</Button> : null}
      </div>
      {list.error === null ? null : <ErrorNote error={list.error} onRetry={() => void list.refetch()} />}
      {list.data === undefined ? null : list.data.length === 0
        ? <p className={settings.none}>No connection yet. {manages ? 'Make one for a service your steps call, such as the CRM, and choose it in them.' : 'Owners and admins make them.'}</p>
        : <ul className={settings.keys}>{list.data.map((entry) => <ConnectionRow key={entry.id} entry={entry} manages={manages} onChange={() => setEditing(entry)} />)}</ul>}
      {manages || list.data === undefined || list.data.length === 0 ? null : <p className={settings.quiet}>Owners and admins change these.</p>}
      <Modal opened={editing !== null} onClose={() => setEditing(null)} title={editing === 'new' ? 'New connection' : `Connection ${editing?.name ?? ''}`} size={560}>
        {editing === null ? null : <ConnectionForm known={editing === 'new' ? null : editing} onSaved={() => setEditing(null)} />}
      </Modal>
    </section>
  )
}

function ConnectionRow({ entry, manages, onChange }: { entry: ConnectionEntry & WithUses; manages: boolean; onChange(): void }) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const client = useQueryClient()
  const [testing, setTesting] = useState(false)
  const remove = useMutation(trpc.connections.delete.mutationOptions({
    onError: notifyError,
    onSuccess: () => {
      notifyDone(`The connection ${entry.name} is deleted.`)
      void client.invalidateQueries(trpc.connections.pathFilter())
    },
  }))
  const ask = () => modals.openConfirmModal({
    title: `Delete the connection ${entry.name}?`,
    children: `${breaksWords(entry.uses)} Its secret is deleted, too, and cannot be brought back.`,
    labels: { confirm: 'Delete the connection', cancel: 'Keep it' }, confirmProps: { color: 'red', variant: 'filled' },
    onConfirm: () => remove.mutate({ workspace: workspace.slug, id: entry.id }),
  })
  return (
    <li className={classes.row}>
      <div className={classes.what}>
        <b>{entry.name}</b>
        {entry.earlierNames.length === 0 ? null : <span className={classes.quiet}>{earlierWords(entry.earlierNames)}</span>}
        <span>{kindWords[entry.kind]}</span>
        <span className={classes.quiet}>{secretWords[entry.kind]} <span className="mono">{endsIn(entry.last4)}</span></span>
      </div>
      <div className={classes.where}>
        <span className={`${classes.hosts} mono`}>{[...(entry.config.baseUrl === undefined ? [] : [entry.config.baseUrl]), ...entry.config.hosts].join(', ')}</span>
        <UsedBy uses={entry.uses} />
        <span className={classes.quiet}>Changed by {entry.changedBy} <RelativeTime at={Date.parse(entry.updatedAt)} ago /></span>
      </div>
      {manages ? (
        <div className={classes.buttons}>
          <Button size="xs" onClick={() => setTesting(!testing)} aria-expanded={testing} aria-label={`Test ${entry.name}`}>Test</Button>
          <Button size="xs" onClick={onChange} aria-label={`Change ${entry.name}`}>Change</Button>
          <Button size="xs" onClick={ask} loading={remove.isPending} aria-label={`Delete ${entry.name}`}>Delete</Button>
        </div>
      ) : null}
      {testing ? <TestForm id={entry.id} baseUrl={entry.config.baseUrl ?? entry.hosts[0] ?? ''} /> : null}
    </li>
  )
}

function TestForm({ id, baseUrl }: { id: string; baseUrl: string }) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const [path, setPath] = useState('')
  const test = useMutation(trpc.connections.test.mutationOptions())
  const result = test.data
  return (
    <form
      className={classes.test}
      onSubmit={(submitted) => {
        submitted.preventDefault()
        test.mutate({ workspace: workspace.slug, id, path })
      }}
    >
      <TextInput label="Path" description={`Below ${baseUrl}`} placeholder="/me" value={path} onChange={(changed) => setPath(changed.currentTarget.value)} styles={{ input: { fontFamily: 'var(--fw-mono)' } }} data-autofocus />
      <Button type="submit" loading={test.isPending}>Send a GET</Button>
      <div className={classes.result} role="status">
        {result === undefined ? null : (
          <>
            <p className={classes.verdict}><StatusGlyph state={result.ok ? 'completed' : result.status === null || result.status >= 400 ? 'failed' : 'warning'} label="" /> {result.message} <span className={`${classes.quiet} num`}>{result.ms} ms</span></p>
            {result.body === '' ? null : <pre className={settings.code} tabIndex={0} aria-label="Beginning of the answer">{result.body}</pre>}
          </>
        )}
      </div>
      {test.error === null ? null : <ErrorNote error={test.error} />}
    </form>
  )
}
