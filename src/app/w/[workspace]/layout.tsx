import { headers } from 'next/headers'
import { notFound, redirect } from 'next/navigation'
import type { ReactNode } from 'react'
import { publicId } from '#base/ids.ts'
import { currentUser } from '#server/auth/session.ts'
import { askedPathHeader, askedWithin } from '#server/http/asked-path.ts'
import { findMembership, workspacesOf } from '#server/workspaces/membership.ts'
import { Shell } from '#ui/shell/shell.tsx'

export const dynamic = 'force-dynamic'

export default async function WorkspaceLayout({ children, params }: { children: ReactNode; params: Promise<{ workspace: string }> }) {
  const { workspace } = await params
  const user = await currentUser()
  // Links in mails lead to one page; whoever has to sign in first is taken there afterwards.
  if (user === null) redirect(`/signin?callbackUrl=${encodeURIComponent(askedWithin(`/w/${workspace}`, (await headers()).get(askedPathHeader)))}`)
  const membership = await findMembership(user.id, workspace)
  if (membership === null) notFound()
  const workspaces = await workspacesOf(user.id)
  return (
    <Shell
      workspace={{ slug: membership.workspace.slug, name: membership.workspace.name, role: membership.role }}
      user={{ id: publicId('usr', user.id), email: user.email, name: user.name }}
      workspaces={workspaces.map(({ slug, name }) => ({ slug, name }))}
    >
      {children}
    </Shell>
  )
}
