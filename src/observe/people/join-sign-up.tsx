'use client'
/** An account for the invited address, right where the invitation is. No workspace of its own comes with it. */
import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { signIn } from 'next-auth/react'
import type { FormEvent } from 'react'
import { ErrorNote } from '#ui/error-note.tsx'
import { errorShape, useTRPC } from '#ui/trpc.tsx'
import fields from '#observe/account/account.module.css'

export function JoinSignUp({ token, email, workspace }: { token: string; email: string; workspace: string }) {
  const trpc = useTRPC()
  const signUp = useMutation(trpc.members.signUp.mutationOptions({
    onSuccess: async (made, { password }) => {
      await signIn('credentials', { email: made.email, password, redirect: false })
      window.location.assign(`/w/${made.workspace}`)
    },
  }))
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    signUp.mutate({ token, name: String(form.get('name')), password: String(form.get('password')) })
  }
  const problem = signUp.error === null ? null : errorShape(signUp.error)
  const ofPassword = problem?.field === 'password'
  return (
    <form className={fields.fields} onSubmit={submit}>
      <TextInput name="email" label="Work e-mail" type="email" autoComplete="username" description="The address you were invited at." size="md" value={email} readOnly />
      <TextInput name="name" label="Your name" autoComplete="name" maxLength={120} size="md" autoFocus />
      <PasswordInput name="password" label="Password" description="At least 8 characters." autoComplete="new-password" required minLength={8} size="md" withAsterisk={false} error={ofPassword ? `${problem.message} ${problem.fix ?? ''}` : undefined} />
      {problem === null || ofPassword ? null : <ErrorNote error={signUp.error} />}
      <Button type="submit" variant="filled" size="lg" loading={signUp.isPending || signUp.isSuccess}>Join {workspace}</Button>
    </form>
  )
}
