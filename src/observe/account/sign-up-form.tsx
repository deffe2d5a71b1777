'use client'
import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { signIn } from 'next-auth/react'
import type { FormEvent } from 'react'
import { ErrorNote } from '#ui/error-note.tsx'
import { errorShape, useTRPC } from '#ui/trpc.tsx'
import classes from './account.module.css'

export function SignUpForm() {
  const trpc = useTRPC()
  const signUp = useMutation(trpc.account.signUp.mutationOptions({
    onSuccess: async ({ workspace }, { email, password }) => {
      await signIn('credentials', { email, password, redirect: false })
      window.location.assign(`/w/${workspace}`)
    },
  }))
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    signUp.mutate({ email: String(form.get('email')), password: String(form.get('password')), workspace: String(form.get('workspace')), name: String(form.get('name')) })
  }
  const problem = signUp.error === null ? null : errorShape(signUp.error)
  const at = (field: string) => (problem?.field === field ? `${problem.message} ${problem.fix ?? ''}` : undefined)
  const known = ['email', 'password', 'workspace'].includes(problem?.field ?? '')
  return (
    <form className={classes.fields} onSubmit={submit}>
      <TextInput name="workspace" label="Workspace" placeholder="Your team or company" required maxLength={80} size="md" withAsterisk={false} autoFocus error={at('workspace')} />
      <TextInput name="name" label="Your name" autoComplete="name" maxLength={120} size="md" />
      <TextInput name="email" label="Work e-mail" type="email" autoComplete="email" required size="md" withAsterisk={false} error={at('email')} />
      <PasswordInput name="password" label="Password" description="At least 8 characters." autoComplete="new-password" required minLength={8} size="md" withAsterisk={false} error={at('password')} />
      {problem === null || known ? null : <ErrorNote error={signUp.error} />}
      <Button type="submit" variant="filled" size="lg" loading={signUp.isPending || signUp.isSuccess}>Create workspace</Button>
    </form>
  )
}
