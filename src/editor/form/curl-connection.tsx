'use client'
/** A cURL command signed in with something secret: kept as a connection, one that is there, or in the drawing after all. */
import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useId, useRef, useState } from 'react'
import type { CurlSignIn } from '#steps/http/curl-sign-in.ts'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { errorShape, useTRPC } from '#ui/trpc.tsx'
import { announce } from '../commands/announce.ts'
import { useEditor } from '../context.ts'
import classes from './curl-connection.module.css'

const things: Record<CurlSignIn['kind'], string> = { bearer: 'token', basic: 'password', header: 'key', query: 'key' }
const shownMost = 3

export interface CurlConnectionProps {
  signIn: CurlSignIn
  /** The step is to sign in with this one. */
  onConnection(name: string): void
  /** Decline: it becomes part of the drawing. */
  onKeep(): void
  /** Neither now: the step waits for a connection. */
  onLater(): void
}

export function CurlConnection({ signIn, onConnection, onKeep, onLater }: CurlConnectionProps) {
  const { role } = useWorkspace()
  const { catalog } = useEditor()
  const title = useId()
  const box = useRef<HTMLElement>(null)
  const thing = things[signIn.kind]
  const fitting = (catalog.values?.connections ?? []).filter((one) => one.hosts.includes(signIn.host)).slice(0, shownMost)
  const manages = role === 'owner' || role === 'admin'
  useEffect(() => {
    announce(`The command signs in with a ${thing}. Choose where it is kept.`)
    box.current?.scrollIntoView({ block: 'nearest' })
  }, [thing])
  return (
    <section ref={box} className={classes.offer} aria-labelledby={title} data-testid="curl-connection">
      <h3 id={title}>Keep the {thing} out of the drawing</h3>
      <p>{signIn.placeholder === null ? `The command signs in with a ${thing}.` : <>Where the {thing} belongs, the command says <span className="mono">{signIn.placeholder}</span>.</>} As a connection it is encrypted and goes only to <span className="mono">{signIn.host}</span>. In the drawing everybody in the workspace would see it.</p>
      {fitting.length === 0 ? null : (
        <div className={classes.choices}>{fitting.map((one) => <Button key={one.name} size="xs" onClick={() => onConnection(one.name)}>Use {one.name}</Button>)}</div>
      )}
      {manages ? <NewConnection signIn={signIn} thing={thing} first={fitting.length === 0} onMade={onConnection} /> : <p className={classes.quiet}>Owners and admins make connections. {fitting.length === 0 ? `Ask one of them for one to ${signIn.host}, and choose it here then.` : ''}</p>}
      <div className={classes.decline}>
        {signIn.placeholder === null ? <Button size="compact-xs" variant="subtle" onClick={onKeep}>Put it into the drawing</Button> : null}
        <Button size="compact-xs" variant="subtle" onClick={onLater}>Choose a connection later</Button>
      </div>
    </section>
  )
}

function NewConnection({ signIn, thing, first, onMade }: { signIn: CurlSignIn; thing: string; first: boolean; onMade(name: string): void }) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const client = useQueryClient()
  const [name, setName] = useState(() => nameFor(signIn.host))
  const [secret, setSecret] = useState(signIn.secret)
  const { kind, baseUrl, user, parameter, before } = signIn
  const create = useMutation(trpc.connections.create.mutationOptions({
    async onSuccess() {
      await client.invalidateQueries(trpc.connections.pathFilter())
      onMade(name.trim())
    },
  }))
  const wrong = create.error === null ? null : errorShape(create.error)
  const words = wrong === null ? undefined : [wrong.message, wrong.fix].filter(Boolean).join(' ')
  const make = (): void => create.mutate({
    workspace: workspace.slug, name, kind, secret,
    config: { baseUrl, hosts: [], ...(user === undefined ? {} : { user }), ...(parameter === undefined ? {} : { parameter }), ...(before === undefined ? {} : { before }) },
  })
  return (
    <form
      className={classes.make} autoComplete="off" onChange={() => create.reset()}
      onSubmit={(submitted) => {
        submitted.preventDefault()
        make()
      }}
    >
      <TextInput label="Name of the connection" value={name} maxLength={60} onChange={(changed) => setName(changed.currentTarget.value)} error={wrong !== null && wrong.field !== 'secret' ? words : undefined} />
      {signIn.placeholder === null ? null : (
        <PasswordInput label={thing.charAt(0).toUpperCase() + thing.slice(1)} autoComplete="new-password" value={secret} onChange={(changed) => setSecret(changed.currentTarget.value)} error={wrong?.field === 'secret' ? words : undefined} />
      )}
      <Button type="submit" size="xs" variant={first ? 'filled' : 'default'} loading={create.isPending} disabled={name.trim() === '' || secret === ''}>Make the connection and use it</Button>
      {wrong?.field === 'secret' && signIn.placeholder === null ? <p className={classes.wrong} role="alert">{words}</p> : null}
    </form>
  )
}

/** `api.example.com` → "Example". */
function nameFor(host: string): string {
  const parts = host.replace(/^playground:\/\//, '').replace(/:\d+$/, '').split('.')
  if (parts.every((part) => /^\d+$/.test(part))) return host
  const word = parts.at(-2) ?? parts[0]!
  return word.charAt(0).toUpperCase() + word.slice(1)
}
