'use client'
/** Who is in the workspace and who is asked in. Everybody sees the members; owners and admins change who they are. */
import { Button, Loader } from '@mantine/core'
import { IconUserPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { InvitationList } from '#observe/people/invitation-list.tsx'
import { InviteDialog, type Inviting } from '#observe/people/invite-dialog.tsx'
import { MemberRow } from '#observe/people/member-row.tsx'
import { ErrorNote } from '#ui/error-note.tsx'
import { Page } from '#ui/shell/page.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import settings from '#observe/settings/settings.module.css'
import classes from './people.module.css'

export function PeoplePage() {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const list = useQuery(trpc.members.list.queryOptions({ workspace: workspace.slug }))
  const [inviting, setInviting] = useState<Inviting | null>(null)
  const members = list.data?.members ?? []
  const mayInviteAs = list.data?.mayInviteAs ?? []
  return (
    <Page crumbs={[{ label: 'Settings', path: '/settings' }, { label: 'People' }]}>
      <div className={settings.page}>
        <div className={settings.top}>
          <h1 className={settings.title}>People</h1>
          {mayInviteAs.length === 0 ? null : <Button variant="filled" leftSection={<IconUserPlus size={15} stroke={1.7} />} onClick={() => setInviting({ email: '', role: 'editor', again: false })}>Invite</Button>}
        </div>
        <p className={classes.lead}>{mayInviteAs.length === 0 ? 'Owners and admins invite people and change their roles.' : 'Whoever you invite gets a link that works once, for their address, for a week.'}</p>
        {list.error === null ? null : <ErrorNote error={list.error} onRetry={() => void list.refetch()} />}
        {list.isPending ? <Loader aria-label="Loading the members" /> : null}
        {members.length === 0 ? null : (
          <section className={settings.section} aria-labelledby="members">
            <h2 className={settings.heading} id="members" tabIndex={-1}>{members.length === 1 ? '1 member' : `${members.length} members`}</h2>
            <ul className={classes.list}>{members.map((member) => <MemberRow key={member.id} member={member} />)}</ul>
          </section>
        )}
        {mayInviteAs.length === 0 ? null : <InvitationList mayInviteAs={mayInviteAs} onRenew={setInviting} />}
      </div>
      <InviteDialog inviting={inviting} mayInviteAs={mayInviteAs} onClose={() => setInviting(null)} />
    </Page>
  )
}
