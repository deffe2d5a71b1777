'use client'
/** Another workspace: its name, and off it goes, with keys and examples as at sign-up. */
import { Button, TextInput } from '@mantine/core'
import { modals } from '@mantine/modals'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { ErrorNote } from '#ui/error-note.tsx'
import { errorShape, useTRPC } from '#ui/trpc.tsx'
import classes from './shell.module.css'

export const openNewWorkspace = (): void => void modals.open({ title: 'New workspace', size: 440, children: <NewWorkspaceForm autoFocus /> })

export function NewWorkspaceForm({ autoFocus = false }: { autoFocus?: boolean }) {
  const trpc = useTRPC()
  const [name, setName] = useState('')
  const make = useMutation(trpc.account.newWorkspace.mutationOptions({ onSuccess: ({ workspace }) => window.location.assign(`/w/${workspace}`) }))
  const problem = make.error === null ? null : errorShape(make.error)
  const ofName = problem?.field === 'workspace'
  return (
    <form
      className={classes.newWorkspace}
      onSubmit={(event) => {
        event.preventDefault()
        make.mutate({ name })
      }}
    >
      <TextInput
        label="Workspace name" placeholder="Your team or company" description="You are its owner. It has keys and four example workflows of its own; nothing is shared with other workspaces." required withAsterisk={false} maxLength={80} value={name} data-autofocus={autoFocus || undefined} autoFocus={autoFocus}
        error={ofName ? `${problem.message} ${problem.fix ?? ''}` : undefined} onChange={(event) => setName(event.currentTarget.value)}
      />
      {problem === null || ofName ? null : <ErrorNote error={make.error} />}
      <Button type="submit" variant="filled" loading={make.isPending || make.isSuccess} disabled={name.trim() === ''}>Create workspace</Button>
    </form>
  )
}
