'use client'
import { Button, PasswordInput, TextInput } from '@mantine/core'
import { signIn } from 'next-auth/react'
import { useSearchParams } from 'next/navigation'
import { useState, type FormEvent } from 'react'
import { insidePath } from '#observe/account/inside-path.ts'
import { ErrorNote } from '#ui/error-note.tsx'
import classes from './account.module.css'

const problems: Record<string, Error> = {
  CredentialsSignin: new Error('E-mail address and password do not belong together.'),
  TooManyTries: new Error('Too many tries for this address. Wait five minutes, then try again.'),
}

export function SignInForm() {
  const target = insidePath(useSearchParams().get('callbackUrl'))
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    setBusy(true)
    setProblem(null)
    const answer = await signIn('credentials', { email: String(form.get('email')), password: String(form.get('password')), redirect: false }).catch(() => undefined)
    // A whole load, so that the server sees the new cookie everywhere.
    if (answer?.ok === true) return window.location.assign(target)
    setBusy(false)
    setProblem(answer?.error ?? 'Unreachable')
  }

  return (
    <form className={classes.fields} onSubmit={(event) => void submit(event)}>
      <TextInput name="email" label="Work e-mail" type="email" autoComplete="email" required size="md" withAsterisk={false} autoFocus />
      <PasswordInput name="password" label="Password" autoComplete="current-password" required size="md" withAsterisk={false} />
      {problem === null ? null : <ErrorNote error={problems[problem] ?? new Error('The server did not answer. Try again in a moment.')} />}
      <Button type="submit" variant="filled" size="lg" loading={busy}>Sign in</Button>
    </form>
  )
}
