'use client'
import { Button, PasswordInput, TextInput } from '@mantine/core'
import { signIn } from 'next-auth/react'
import { useState, type FormEvent } from 'react'
import { ErrorNote } from '#ui/error-note.tsx'
import classes from './account.module.css'

const problems: Record<string, Error> = {
  CredentialsSignin: new Error('E-mail address and password do not belong together.'),
  TooManyTries: new Error('Too many tries for this address. Wait five minutes, then try again.'),
}

export interface SignInFieldsProps {
  /** The only address that is of use here. */
  email?: string
  label?: string
  onSignedIn(): void | Promise<void>
}

/** Address, password and what went wrong with them. */
export function SignInFields({ email, label = 'Sign in', onSignedIn }: SignInFieldsProps) {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    setBusy(true)
    setProblem(null)
    const answer = await signIn('credentials', { email: String(form.get('email')), password: String(form.get('password')), redirect: false }).catch(() => undefined)
    if (answer?.ok === true) return onSignedIn()
    setBusy(false)
    setProblem(answer?.error ?? 'Unreachable')
  }

  return (
    <form className={classes.fields} onSubmit={(event) => void submit(event)}>
      <TextInput name="email" label="Work e-mail" type="email" autoComplete="email" required size="md" withAsterisk={false} autoFocus={email === undefined} {...(email === undefined ? {} : { value: email, readOnly: true })} />
      <PasswordInput name="password" label="Password" autoComplete="current-password" required size="md" withAsterisk={false} autoFocus={email !== undefined} />
      {problem === null ? null : <ErrorNote error={problems[problem] ?? new Error('The server did not answer. Try again in a moment.')} />}
      <Button type="submit" variant="filled" size="lg" loading={busy}>{label}</Button>
    </form>
  )
}
