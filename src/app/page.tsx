import { redirect } from 'next/navigation'
import { currentUser } from '#server/auth/session.ts'
import { workspacesOf } from '#server/workspaces/membership.ts'

export const dynamic = 'force-dynamic'

export default async function RootPage() {
  const user = await currentUser()
  if (user === null) redirect('/signin')
  const first = (await workspacesOf(user.id))[0]
  redirect(first === undefined ? '/signup' : `/w/${first.slug}`)
}
