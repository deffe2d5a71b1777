import { redirect } from 'next/navigation'
import { currentUser } from '#server/auth/session.ts'
import { lastWorkspaceOf } from '#server/workspaces/membership.ts'

export const dynamic = 'force-dynamic'

export default async function RootPage() {
  const user = await currentUser()
  if (user === null) redirect('/signin')
  const last = await lastWorkspaceOf(user.id)
  redirect(last === null ? '/workspaces' : `/w/${last.slug}`)
}
