import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { WorkspacesPage } from '#observe/people/workspaces-page.tsx'
import { currentUser } from '#server/auth/session.ts'
import { workspacesOf } from '#server/workspaces/membership.ts'

export const metadata: Metadata = { title: 'Your workspaces' }
export const dynamic = 'force-dynamic'

export default async function Page() {
  const user = await currentUser()
  if (user === null) redirect('/signin?callbackUrl=/workspaces')
  const workspaces = await workspacesOf(user.id)
  return <WorkspacesPage email={user.email} workspaces={workspaces.map(({ slug, name }) => ({ slug, name }))} />
}
