'use client'
/** Makes a connection or changes one. A stored secret is kept by leaving its field empty. */
import { Button, NumberInput, PasswordInput, Select, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { endsIn, hostsIn, kindWords, secretWords, type Kind } from '#observe/settings/connection-words.ts'
import { EarlierNames, renameWords } from '#observe/settings/earlier-names.tsx'
import type { ConnectionEntry } from '#server/connections/store.ts'
import type { WithUses } from '#server/connections/used-by.ts'
import { ErrorNote } from '#ui/error-note.tsx'
import { notifyDone } from '#ui/notify.ts'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { errorShape, useTRPC } from '#ui/trpc.tsx'
import classes from './connections.module.css'

type Config = ConnectionEntry['config']
type Texts = Record<'baseUrl' | 'user' | 'parameter' | 'before' | 'tokenUrl' | 'clientId' | 'scope' | 'audience', string>

const kinds = Object.entries(kindWords).map(([value, label]) => ({ value, label }))
const mono = { input: { fontFamily: 'var(--fw-mono)' } }
/** What each kind asks for. */
const fieldsOf: Record<Kind, (keyof Texts)[]> = {
  bearer: [], basic: ['user'], header: ['parameter', 'before'], query: ['parameter'], oauth2: ['tokenUrl', 'clientId', 'scope', 'audience'],
}

export function ConnectionForm({ known, onSaved }: { known: (ConnectionEntry & WithUses) | null; onSaved(): void }) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const client = useQueryClient()
  const [name, setName] = useState(known?.name ?? '')
  const [kind, setKind] = useState<Kind>(known?.kind ?? 'bearer')
  const [texts, setTexts] = useState<Texts>(() => textsOf(known?.config))
  const [hosts, setHosts] = useState(known?.config.hosts.join(', ') ?? '')
  const [callsPerMinute, setCallsPerMinute] = useState<number | ''>(known?.config.callsPerMinute ?? '')
  const [clientAuth, setClientAuth] = useState<'header' | 'body'>(known?.config.clientAuth ?? 'header')
  const [secret, setSecret] = useState('')
  const [forget, setForget] = useState<string[]>([])
  const saved = {
    onSuccess: () => {
      notifyDone(known === null ? 'The connection is there. Choose it in an HTTP step.' : 'Saved. Runs use it within ten seconds.')
      void client.invalidateQueries(trpc.connections.pathFilter())
      onSaved()
    },
  }
  const create = useMutation(trpc.connections.create.mutationOptions(saved))
  const change = useMutation(trpc.connections.change.mutationOptions(saved))
  const error = create.error ?? change.error
  const wrong = error === null ? undefined : errorShape(error)
  const problemOf = (field: string) => (wrong?.field === field || wrong?.field === `config.${field}` || wrong?.field?.startsWith(`config.${field}.`) === true ? [wrong.message, wrong.fix].filter(Boolean).join(' ') : undefined)
  const text = (field: keyof Texts) => ({ value: texts[field], onChange: (changed: { currentTarget: { value: string } }) => setTexts({ ...texts, [field]: changed.currentTarget.value }), error: problemOf(field) })
  const config = (): Config => ({ hosts: hostsIn(hosts), ...(callsPerMinute === '' ? {} : { callsPerMinute }), ...given(texts, ['baseUrl', ...fieldsOf[kind]]), ...(kind === 'oauth2' ? { clientAuth } : {}) })
  const shown = ['name', 'secret', 'config.hosts', 'config.callsPerMinute', ...Object.keys(texts).map((field) => `config.${field}`)]
  return (
    <form
      className={classes.form} autoComplete="off"
      onChange={() => {
        create.reset()
        change.reset()
      }}
      onSubmit={(submitted) => {
        submitted.preventDefault()
        if (known === null) create.mutate({ workspace: workspace.slug, name, kind, config: config(), secret })
        else change.mutate({ workspace: workspace.slug, id: known.id, kind, config: config(), ...(name.trim() === known.name ? {} : { name }), ...(forget.length === 0 ? {} : { forget }), ...(secret === '' ? {} : { secret }) })
      }}
    >
      <div className={classes.two}>
        <TextInput label="Name" description="Steps refer to it." placeholder="CRM" required withAsterisk={false} maxLength={60} data-autofocus={known === null || undefined} value={name} onChange={(changed) => setName(changed.currentTarget.value)} error={problemOf('name')} />
        <Select label="Signs in with" description="As the service’s own documentation says." allowDeselect={false} data={kinds} value={kind} onChange={(value) => setKind((value ?? 'bearer') as Kind)} />
      </div>
      {known === null || renameWords(known, name) === undefined ? null : <p className={classes.quiet} role="status">{renameWords(known, name)}</p>}
      <TextInput label="Base address" description="Steps may draw a path below it. The secret goes to its host only." placeholder="https://api.example.com/v2" styles={mono} {...text('baseUrl')} />
      <KindFields kind={kind} text={text} clientAuth={clientAuth} onClientAuth={setClientAuth} />
      <PasswordInput
        label={secretWords[kind]} description={known === null ? 'Encrypted, and never shown again.' : `Stored: ${endsIn(known.last4)}. Leave it empty to keep it.`} required={known === null} withAsterisk={false} autoComplete="new-password" styles={mono}
        value={secret} onChange={(changed) => setSecret(changed.currentTarget.value)} error={problemOf('secret')}
      />
      <TextInput label="More hosts" description="Only if the secret belongs elsewhere, too. *.example.com is every name below it." placeholder="uploads.example.com" styles={mono} value={hosts} onChange={(changed) => setHosts(changed.currentTarget.value)} error={problemOf('hosts')} />
      <NumberInput
        label="Calls it allows a minute" description="If its documentation says so: an emit per item then shows whether it would be too fast." placeholder="Not known" min={1} max={1_000_000} allowDecimal={false} allowNegative={false} thousandSeparator="," hideControls
        value={callsPerMinute} onChange={(next) => setCallsPerMinute(typeof next === 'number' ? next : '')} error={problemOf('callsPerMinute')}
      />
      {known === null ? null : <EarlierNames known={known} forget={forget} onForget={setForget} />}
      {error === null || (wrong?.field !== undefined && shown.some((field) => wrong.field === field || wrong.field?.startsWith(`${field}.`))) ? null : <ErrorNote error={error} />}
      <Button type="submit" variant="filled" justify="center" loading={create.isPending || change.isPending}>{known === null ? 'Make the connection' : 'Save'}</Button>
    </form>
  )
}

type TextProps = (field: keyof Texts) => { value: string; onChange(changed: { currentTarget: { value: string } }): void; error: string | undefined }

function KindFields({ kind, text, clientAuth, onClientAuth }: { kind: Kind; text: TextProps; clientAuth: 'header' | 'body'; onClientAuth(value: 'header' | 'body'): void }) {
  if (kind === 'basic') return <TextInput label="User" placeholder="ada@north.io" autoComplete="off" {...text('user')} />
  if (kind === 'header') {
    return (
      <div className={classes.two}>
        <TextInput label="Header" placeholder="X-Api-Key" styles={mono} {...text('parameter')} />
        <TextInput label="Before the key" description="Such as Token and a space." placeholder="Nothing" styles={mono} {...text('before')} />
      </div>
    )
  }
  if (kind === 'query') return <TextInput label="Parameter" placeholder="api_key" styles={mono} {...text('parameter')} />
  if (kind !== 'oauth2') return null
  return (
    <>
      <TextInput label="Token address" description="Asked for a token, which is kept until it ends and renewed when it is refused." placeholder="https://auth.example.com/oauth/token" styles={mono} {...text('tokenUrl')} />
      <div className={classes.two}>
        <TextInput label="Client id" styles={mono} autoComplete="off" {...text('clientId')} />
        <Select label="Sent as" allowDeselect={false} value={clientAuth} onChange={(value) => onClientAuth(value === 'body' ? 'body' : 'header')} data={[{ value: 'header', label: 'Header (Basic)' }, { value: 'body', label: 'Fields of the body' }]} />
        <TextInput label="Scope" placeholder="contacts.read contacts.write" styles={mono} {...text('scope')} />
        <TextInput label="Audience" placeholder="Only if asked for" styles={mono} {...text('audience')} />
      </div>
    </>
  )
}

function textsOf(config: Config | undefined): Texts {
  const { baseUrl = '', user = '', parameter = '', before = '', tokenUrl = '', clientId = '', scope = '', audience = '' } = config ?? { hosts: [] }
  return { baseUrl, user, parameter, before, tokenUrl, clientId, scope, audience }
}

/** Empty fields are left out. */
function given(texts: Texts, fields: (keyof Texts)[]): Partial<Texts> {
  return Object.fromEntries(fields.flatMap((field) => (texts[field].trim() === '' ? [] : [[field, texts[field]]])))
}
