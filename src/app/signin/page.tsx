import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { Suspense } from 'react'
import { AccountPage } from '#observe/account/account-page.tsx'
import { insidePath } from '#observe/account/inside-path.ts'
import { SignInForm } from '#observe/account/sign-in-form.tsx'
import { currentUser } from '#server/auth/session.ts'

export const metadata: Metadata = { title: 'Sign in' }
export const dynamic = 'force-dynamic'

export default async function SignInPage({ searchParams }: { searchParams: Promise<{ callbackUrl?: string | string[] }> }) {
  const { callbackUrl } = await searchParams
  // Signed in meanwhile, in another window: on to where this one was to lead.
  if ((await currentUser()) !== null) redirect(insidePath(typeof callbackUrl === 'string' ? callbackUrl : null))
  return (
    <Suspense>
      <AccountPage view="signin"><SignInForm /></AccountPage>
    </Suspense>
  )
}
