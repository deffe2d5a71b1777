'use client'
/** Secrets, which are only ever written, and settings, which are plain. */
import { Button, Modal, PasswordInput, Textarea, TextInput } from '@mantine/core'
import { modals } from '@mantine/modals'
import { IconPlus } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { endsIn, hostsIn } from '#observe/settings/connection-words.ts'
import { breaksWords, UsedBy } from '#observe/settings/used-by.tsx'
import { EarlierNames, earlierWords, renameWords } from '#observe/settings/earlier-names.tsx'
import type { Use, WithUses } from '#server/connections/used-by.ts'
import type { SecretEntry, SettingEntry } from '#server/connections/values.ts'
import { CopyButton } from '#ui/copy-button.tsx'
import { ErrorNote } from '#ui/error-note.tsx'
import { notifyDone, notifyError } from '#ui/notify.ts'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { errorShape, useTRPC } from '#ui/trpc.tsx'
import classes from './connections.module.css'
import settings from './settings.module.css'

type Editing = { what: 'secret'; known: (SecretEntry & WithUses) | null } | { what: 'setting'; known: SettingEntry | null } | null
const mono = { input: { fontFamily: 'var(--fw-mono)' } }

export function ValuesSection() {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const secrets = useQuery(trpc.connections.secrets.queryOptions({ workspace: workspace.slug }))
  const plain = useQuery(trpc.connections.settings.queryOptions({ workspace: workspace.slug }))
  const [editing, setEditing] = useState<Editing>(null)
  const manages = workspace.role === 'owner' || workspace.role === 'admin'
  const add = (what: 'secret' | 'setting') => (manages ? <Button size="xs" leftSection={<IconPlus size={14} stroke={1.7} />} onClick={() => setEditing({ what, known: null })}>{what === 'secret' ? 'New secret' : 'New setting'}</Button> : null)
  const error = secrets.error ?? plain.error
  return (
    <section className={settings.section} id="values">
      <h2 className={settings.heading}>Secrets and settings</h2>
      {error === null ? null : <ErrorNote error={error} onRetry={() => void Promise.all([secrets.refetch(), plain.refetch()])} />}
      <Part
        title="Secrets" about={<>HTTP requests read them as <code className={classes.read}>{'{{ secrets.NAME }}'}</code>: in the address, headers, body and sign-in. Nothing else can, not even code. Runs show their names instead.</>}
        add={add('secret')} none={secrets.data?.length === 0 ? 'No secret yet.' : null}
      >
        {(secrets.data ?? []).map((entry) => <SecretRow key={entry.name} entry={entry} manages={manages} onChange={() => setEditing({ what: 'secret', known: entry })} />)}
      </Part>
      <Part
        title="Settings" about={<>Every step reads them as <code className={classes.read}>{'{{ env.NAME }}'}</code>. They are plain: put nothing secret here.</>}
        add={add('setting')} none={plain.data?.length === 0 ? 'No setting yet.' : null}
      >
        {(plain.data ?? []).map((entry) => <SettingRow key={entry.name} entry={entry} manages={manages} onChange={() => setEditing({ what: 'setting', known: entry })} />)}
      </Part>
      <Modal opened={editing !== null} onClose={() => setEditing(null)} title={titleOf(editing)} size={520}>
        {editing === null ? null : editing.what === 'secret' ? <SecretForm known={editing.known} onSaved={() => setEditing(null)} /> : <SettingForm known={editing.known} onSaved={() => setEditing(null)} />}
      </Modal>
    </section>
  )
}

function titleOf(editing: Editing): string {
  if (editing === null) return ''
  return editing.known === null ? `New ${editing.what}` : `${editing.what === 'secret' ? 'Secret' : 'Setting'} ${editing.known.name}`
}

function Part({ title, about, add, none, children }: { title: string; about: ReactNode; add: ReactNode; none: string | null; children: ReactNode }) {
  return (
    <div className={classes.part}>
      <div className={settings.head}>
        <div>
          <h3 className={classes.partTitle}>{title}</h3>
          <p className={settings.about}>{about}</p>
        </div>
        {add}
      </div>
      {none === null ? <ul className={settings.keys}>{children}</ul> : <p className={settings.none}>{none}</p>}
    </div>
  )
}

function SecretRow({ entry, manages, onChange }: { entry: SecretEntry & WithUses; manages: boolean; onChange(): void }) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const client = useQueryClient()
  const remove = useMutation(trpc.connections.deleteSecret.mutationOptions({ onError: notifyError, onSuccess: () => void client.invalidateQueries(trpc.connections.pathFilter()) }))
  return (
    <ValueRow name={entry.name} uses={entry.uses} manages={manages} onChange={onChange} deleting={remove.isPending} onDelete={() => remove.mutate({ workspace: workspace.slug, name: entry.name })} what="secret">
      {entry.earlierNames.length === 0 ? null : <span className={classes.quiet}>{earlierWords(entry.earlierNames)}</span>}
      <span className={classes.quiet}>Value <span className="mono">{endsIn(entry.last4)}</span>, {entry.hosts.length === 0 ? 'sent anywhere' : <>sent to <span className="mono">{entry.hosts.join(', ')}</span></>}</span>
    </ValueRow>
  )
}

function SettingRow({ entry, manages, onChange }: { entry: SettingEntry & { uses: Use[] }; manages: boolean; onChange(): void }) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const client = useQueryClient()
  const remove = useMutation(trpc.connections.deleteSetting.mutationOptions({ onError: notifyError, onSuccess: () => void client.invalidateQueries(trpc.connections.pathFilter()) }))
  return (
    <ValueRow name={entry.name} uses={entry.uses} manages={manages} onChange={onChange} deleting={remove.isPending} onDelete={() => remove.mutate({ workspace: workspace.slug, name: entry.name })} what="setting">
      <span className={`${classes.value} mono`}>{entry.value === '' ? 'empty' : entry.value}</span>
    </ValueRow>
  )
}

function ValueRow({ name, what, uses, manages, deleting, onChange, onDelete, children }: { name: string; what: 'secret' | 'setting'; uses: Use[]; manages: boolean; deleting: boolean; onChange(): void; onDelete(): void; children: ReactNode }) {
  const read = `{{ ${what === 'secret' ? 'secrets' : 'env'}.${name} }}`
  const ask = () => modals.openConfirmModal({
    title: `Delete the ${what} ${name}?`, children: breaksWords(uses),
    labels: { confirm: `Delete the ${what}`, cancel: 'Keep it' }, confirmProps: { color: 'red', variant: 'filled' }, onConfirm: onDelete,
  })
  return (
    <li className={classes.row}>
      <div className={classes.what}><span className={classes.name}><b className="mono">{name}</b><CopyButton value={read} label={`Copy ${read}`} /></span></div>
      <div className={classes.where}>{children}<UsedBy uses={uses} /></div>
      {manages ? (
        <div className={classes.buttons}>
          <Button size="xs" onClick={onChange} aria-label={`Change ${name}`}>Change</Button>
          <Button size="xs" onClick={ask} loading={deleting} aria-label={`Delete ${name}`}>Delete</Button>
        </div>
      ) : null}
    </li>
  )
}

function useSaved(onSaved: () => void) {
  const trpc = useTRPC()
  const client = useQueryClient()
  return {
    onSuccess: () => {
      notifyDone('Saved. Runs read it within ten seconds.')
      void client.invalidateQueries(trpc.connections.pathFilter())
      onSaved()
    },
  }
}

const problemIn = (error: unknown) => {
  const wrong = error === null || error === undefined ? undefined : errorShape(error)
  return (field: string) => (wrong?.field === field || wrong?.field?.startsWith(`${field}.`) === true ? [wrong.message, wrong.fix].filter(Boolean).join(' ') : undefined)
}

function SecretForm({ known, onSaved }: { known: (SecretEntry & WithUses) | null; onSaved(): void }) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const [name, setName] = useState(known?.name ?? '')
  const [value, setValue] = useState('')
  const [hosts, setHosts] = useState(known?.hosts.join(', ') ?? '')
  const [forget, setForget] = useState<string[]>([])
  const save = useMutation(trpc.connections.setSecret.mutationOptions(useSaved(onSaved)))
  const problem = problemIn(save.error)
  return (
    <form
      className={classes.form} autoComplete="off" onChange={() => save.reset()}
      onSubmit={(submitted) => {
        submitted.preventDefault()
        save.mutate({ workspace: workspace.slug, name: known?.name ?? name, ...(known === null || name.trim() === known.name ? {} : { newName: name }), ...(forget.length === 0 ? {} : { forget }), hosts: hostsIn(hosts), ...(value === '' ? {} : { value }) })
      }}
    >
      <TextInput label="Name" placeholder="STRIPE_KEY" required withAsterisk={false} data-autofocus={known === null || undefined} styles={mono} value={name} onChange={(changed) => setName(changed.currentTarget.value)} error={problem('name') ?? problem('newName')} />
      {known === null || renameWords(known, name) === undefined ? null : <p className={classes.quiet} role="status">{renameWords(known, name)}</p>}
      <PasswordInput label="Value" description={known === null ? 'Encrypted, and never shown again.' : `Stored: ${endsIn(known.last4)}. Leave it empty to keep it.`} required={known === null} withAsterisk={false} autoComplete="new-password" styles={mono} value={value} onChange={(changed) => setValue(changed.currentTarget.value)} error={problem('value')} />
      <TextInput label="Only to these hosts" description="Empty: to whatever an editor’s step calls." placeholder="api.stripe.com" styles={mono} value={hosts} onChange={(changed) => setHosts(changed.currentTarget.value)} error={problem('hosts')} />
      {known === null ? null : <EarlierNames known={known} forget={forget} onForget={setForget} />}
      {save.error === null || ['name', 'newName', 'value', 'hosts'].some((field) => problem(field) !== undefined) ? null : <ErrorNote error={save.error} />}
      <Button type="submit" variant="filled" justify="center" loading={save.isPending}>{known === null ? 'Keep the secret' : 'Save'}</Button>
    </form>
  )
}

function SettingForm({ known, onSaved }: { known: SettingEntry | null; onSaved(): void }) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const [name, setName] = useState(known?.name ?? '')
  const [value, setValue] = useState(known?.value ?? '')
  const save = useMutation(trpc.connections.setSetting.mutationOptions(useSaved(onSaved)))
  const problem = problemIn(save.error)
  return (
    <form
      className={classes.form} onChange={() => save.reset()}
      onSubmit={(submitted) => {
        submitted.preventDefault()
        save.mutate({ workspace: workspace.slug, name, value })
      }}
    >
      <TextInput label="Name" placeholder="REGION" required withAsterisk={false} disabled={known !== null} data-autofocus={known === null || undefined} styles={mono} value={name} onChange={(changed) => setName(changed.currentTarget.value)} error={problem('name')} />
      <Textarea label="Value" placeholder="eu-central" autosize minRows={1} maxRows={8} spellCheck={false} styles={mono} value={value} onChange={(changed) => setValue(changed.currentTarget.value)} error={problem('value')} />
      {save.error === null || ['name', 'value'].some((field) => problem(field) !== undefined) ? null : <ErrorNote error={save.error} />}
      <Button type="submit" variant="filled" justify="center" loading={save.isPending}>{known === null ? 'Add the setting' : 'Save'}</Button>
    </form>
  )
}
