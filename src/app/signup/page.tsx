import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { Suspense } from 'react'
import { AccountPage } from '#observe/account/account-page.tsx'
import { SignUpForm } from '#observe/account/sign-up-form.tsx'
import { currentUser } from '#server/auth/session.ts'

export const metadata: Metadata = { title: 'Create a workspace' }
export const dynamic = 'force-dynamic'

export default async function SignUpPage() {
  if ((await currentUser()) !== null) redirect('/')
  return (
    <Suspense>
      <AccountPage view="signup"><SignUpForm /></AccountPage>
    </Suspense>
  )
}
