import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { Suspense } from 'react'
import { AccountPage } from '#observe/account/account-page.tsx'
import { SignInForm } from '#observe/account/sign-in-form.tsx'
import { currentUser } from '#server/auth/session.ts'

export const metadata: Metadata = { title: 'Sign in' }
export const dynamic = 'force-dynamic'

export default async function SignInPage() {
  if ((await currentUser()) !== null) redirect('/')
  return (
    <Suspense>
      <AccountPage view="signin"><SignInForm /></AccountPage>
    </Suspense>
  )
}
