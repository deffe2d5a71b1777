'use client'
import { useSearchParams } from 'next/navigation'
import { insidePath } from '#observe/account/inside-path.ts'
import { SignInFields } from '#observe/account/sign-in-fields.tsx'

export function SignInForm() {
  const target = insidePath(useSearchParams().get('callbackUrl'))
  // The browser keeps the place within the page over the way here. A whole load, so that the server sees the new cookie everywhere.
  return <SignInFields onSignedIn={() => window.location.assign(`${target}${window.location.hash}`)} />
}
