'use client'
/** Invitations that nobody has used: whom, as what, by whom, until when; a new link, or taking them back. */
import { Button } from '@mantine/core'
import { modals } from '@mantine/modals'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { roleWords, type RoleName } from '#base/role-words.ts'
import type { Inviting } from '#observe/people/invite-dialog.tsx'
import type { InvitationEntry } from '#server/members/invitations.ts'
import { ErrorNote } from '#ui/error-note.tsx'
import { notifyDone, notifyError } from '#ui/notify.ts'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { formatDay } from '#ui/time.ts'
import { useTRPC } from '#ui/trpc.tsx'
import settings from '#observe/settings/settings.module.css'
import classes from './people.module.css'

export interface InvitationListProps {
  mayInviteAs: RoleName[]
  onRenew(inviting: Inviting): void
}

export function InvitationList({ mayInviteAs, onRenew }: InvitationListProps) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const list = useQuery(trpc.members.invitations.queryOptions({ workspace: workspace.slug }))
  if (list.isPending) return null
  const all = list.data ?? []
  return (
    <section className={settings.section} aria-labelledby="invitations">
      <h2 className={settings.heading} id="invitations" tabIndex={-1}>Invitations</h2>
      {list.error === null ? null : <ErrorNote error={list.error} onRetry={() => void list.refetch()} />}
      {list.isSuccess && all.length === 0 ? <p className={settings.none}>Nobody is invited at the moment.</p> : null}
      {all.length === 0 ? null : <ul className={classes.list}>{all.map((one) => <Row key={one.id} invitation={one} may={mayInviteAs.includes(one.role)} onRenew={onRenew} />)}</ul>}
    </section>
  )
}

function Row({ invitation, may, onRenew }: { invitation: InvitationEntry; may: boolean; onRenew(inviting: Inviting): void }) {
  const { id, email, role, by, until, expired } = invitation
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const client = useQueryClient()
  const revoke = useMutation(trpc.members.revoke.mutationOptions({
    onError: notifyError,
    onSuccess: () => {
      notifyDone(`The invitation of ${email} is taken back.`)
      // The button goes with its row; the keyboard goes on from the list.
      document.getElementById('invitations')?.focus()
    },
    onSettled: () => client.invalidateQueries(trpc.members.pathFilter()),
  }))
  const ask = () => modals.openConfirmModal({
    title: `Revoke the invitation of ${email}?`, children: 'The link stops working at once. You can invite them again.',
    labels: { confirm: 'Revoke', cancel: 'Keep it' }, confirmProps: { color: 'red', variant: 'filled' },
    onConfirm: () => revoke.mutate({ workspace: workspace.slug, id }),
  })
  return (
    <li className={classes.row}>
      <div className={classes.who}>
        <span className={classes.name}>{email}</span>
        <span className={classes.email}>by {by}</span>
      </div>
      <div className={classes.when}>{expired ? <span className={classes.over}>Ran out on {formatDay(Date.parse(until))}</span> : <span>Until {formatDay(Date.parse(until))}</span>}</div>
      <span className={classes.role}>{roleWords[role].name}</span>
      {may ? (
        <div className={classes.buttons}>
          <Button size="xs" onClick={() => onRenew({ email, role, again: true })} aria-label={`New link for ${email}`}>New link</Button>
          <Button size="xs" onClick={ask} loading={revoke.isPending} aria-label={`Revoke the invitation of ${email}`}>Revoke</Button>
        </div>
      ) : <span className={classes.email}>for owners</span>}
    </li>
  )
}
