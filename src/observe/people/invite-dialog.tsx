'use client'
/** Inviting an address, or making a new link for one: first who and as what, then the link, which is shown this once. */
import { Button, Modal, Radio, Stack, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { useState, type FormEvent } from 'react'
import { roleWords, type RoleName } from '#base/role-words.ts'
import type { SentInvitation } from '#server/members/send-invitation.ts'
import { CopyButton } from '#ui/copy-button.tsx'
import { ErrorNote } from '#ui/error-note.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { formatDay } from '#ui/time.ts'
import { errorShape, useTRPC } from '#ui/trpc.tsx'
import settings from '#observe/settings/settings.module.css'
import classes from './people.module.css'

export interface Inviting {
  email: string
  role: RoleName
  /** There is an open invitation for the address. */
  again: boolean
}

export interface InviteDialogProps {
  inviting: Inviting | null
  mayInviteAs: RoleName[]
  onClose(): void
}

export function InviteDialog({ inviting, mayInviteAs, onClose }: InviteDialogProps) {
  return (
    <Modal opened={inviting !== null} onClose={onClose} title={inviting?.again === true ? 'A new link' : 'Invite somebody'} size={520}>
      {inviting === null ? null : <Invite inviting={inviting} mayInviteAs={mayInviteAs} onDone={onClose} />}
    </Modal>
  )
}

function Invite({ inviting, mayInviteAs, onDone }: { inviting: Inviting; mayInviteAs: RoleName[]; onDone(): void }) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const client = useQueryClient()
  const [email, setEmail] = useState(inviting.email)
  const [role, setRole] = useState(inviting.role)
  const invite = useMutation(trpc.members.invite.mutationOptions({ onSuccess: () => client.invalidateQueries(trpc.members.pathFilter()) }))
  if (invite.data !== undefined) return <Made made={invite.data} onDone={onDone} />
  const problem = invite.error === null ? null : errorShape(invite.error)
  const ofField = problem?.field === 'email'
  const submit = (event: FormEvent) => {
    event.preventDefault()
    invite.mutate({ workspace: workspace.slug, email, role })
  }
  return (
    <form className={settings.made} onSubmit={submit} noValidate>
      {inviting.again ? <p>The link that <b>{email}</b> has now stops working.</p> : (
        <TextInput
          label="E-mail address" type="email" autoComplete="off" placeholder="name@example.com" data-autofocus required withAsterisk={false} maxLength={254} value={email}
          error={ofField ? `${problem.message} ${problem.fix ?? ''}` : undefined} onChange={(event) => setEmail(event.currentTarget.value)}
        />
      )}
      <Radio.Group label="Role" classNames={{ label: classes.label }} value={role} onChange={(value) => setRole(value as RoleName)}>
        <Stack gap={10} mt={6}>
          {mayInviteAs.map((one) => <Radio key={one} value={one} classNames={{ radio: classes.radio, icon: classes.radioIcon }} label={roleWords[one].name} description={`May ${roleWords[one].may}`} />)}
        </Stack>
      </Radio.Group>
      {problem === null || ofField ? null : <ErrorNote error={invite.error} />}
      <Button type="submit" variant="filled" loading={invite.isPending} disabled={email.trim() === ''}>{inviting.again ? 'Make a new link' : 'Invite'}</Button>
    </form>
  )
}

function Made({ made, onDone }: { made: SentInvitation; onDone(): void }) {
  // With the address that works for whoever invites.
  const link = `${window.location.origin}/join/${made.token}`
  return (
    <div className={settings.made}>
      <p>With this link <b>{made.email}</b> joins as {roleWords[made.role].as}, once, until {formatDay(Date.parse(made.until))}. It is not shown again.</p>
      <div className={settings.madeKey}><code data-testid="invitation-link">{link}</code><CopyButton value={link} label="Copy the link" /></div>
      <p className={classes.mailed} role="status"><Mailed made={made} /></p>
      <Button variant="filled" autoFocus onClick={onDone}>Done</Button>
    </div>
  )
}

function Mailed({ made: { mail, email } }: { made: SentInvitation }) {
  const workspace = useWorkspace()
  if ('failed' in mail) return <>The mail to {email} did not leave: {mail.failed} Hand over the link yourself.</>
  if (mail.via === 'smtp') return <>A mail with it is on its way to {email}.</>
  return <>No mail server is set, so {email} got no mail: hand over the link yourself. A copy is in the <Link href={workspace.path('/outbox')}>Outbox</Link>, which shows it to those who may invite.</>
}
