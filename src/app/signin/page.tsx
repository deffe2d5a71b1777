import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { Suspense } from 'react'
import { AccountPage } from '#observe/account/account-page.tsx'
import { SignInForm } from '#observe/account/sign-in-form.tsx'
import { currentUser } from '#server/auth/session.ts'
import { workspacesOf } from '#server/workspaces/membership.ts'

export const metadata: Metadata = { title: 'Sign in' }
export const dynamic = 'force-dynamic'

export default async function SignInPage() {
  const user = await currentUser()
  // Someone signed in who belongs nowhere would be sent in circles.
  if (user !== null && (await workspacesOf(user.id)).length > 0) redirect('/')
  return (
    <Suspense>
      <AccountPage view="signin"><SignInForm /></AccountPage>
    </Suspense>
  )
}
