'use client'
/** The end of the workspace: what goes with it, and its name typed to be sure. */
import { Button, Loader, Modal, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { WhatGoes } from '#server/workspaces/delete.ts'
import { ErrorNote } from '#ui/error-note.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import classes from './settings.module.css'

export function DeleteWorkspace() {
  const workspace = useWorkspace()
  const [opened, setOpened] = useState(false)
  return (
    <div className={classes.end}>
      <p className={classes.quiet}>Deleting it ends all its runs at once and cannot be undone.</p>
      <Button color="red" onClick={() => setOpened(true)}>Delete workspace</Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title={`Delete ${workspace.name}?`} size={480}>
        <DeleteForm onCancel={() => setOpened(false)} />
      </Modal>
    </div>
  )
}

function DeleteForm({ onCancel }: { onCancel(): void }) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const goes = useQuery(trpc.workspaces.whatGoes.queryOptions({ workspace: workspace.slug }, { staleTime: 0 }))
  const [typed, setTyped] = useState('')
  const remove = useMutation(trpc.workspaces.delete.mutationOptions({ onSuccess: () => window.location.assign('/workspaces') }))
  if (goes.error !== null) return <ErrorNote error={goes.error} onRetry={() => void goes.refetch()} />
  if (goes.data === undefined) return <Loader aria-label="Counting what goes with it" />
  return (
    <form
      className={classes.deleting}
      onSubmit={(submitted) => {
        submitted.preventDefault()
        remove.mutate({ workspace: workspace.slug, name: typed })
      }}
    >
      <p>It goes for good, with everything in it:</p>
      <ul>{whatGoesWords(goes.data).map((line) => <li key={line}>{line}</li>)}</ul>
      <TextInput label={`Type ${workspace.name} to delete it`} value={typed} autoComplete="off" data-autofocus required withAsterisk={false} onChange={(changed) => setTyped(changed.currentTarget.value)} />
      {remove.error === null ? null : <ErrorNote error={remove.error} />}
      <div className={classes.deletingButtons}>
        <Button onClick={onCancel}>Keep it</Button>
        <Button type="submit" color="red" variant="filled" loading={remove.isPending || remove.isSuccess} disabled={typed.trim() !== workspace.name}>Delete for good</Button>
      </div>
    </form>
  )
}

const counted = (n: number, one: string, many = `${one}s`): string => `${n.toLocaleString('en')} ${n === 1 ? one : many}`

function whatGoesWords({ members, workflows, openRuns, webhooks, schedules, keys }: WhatGoes): string[] {
  return [
    `${counted(workflows, 'workflow')} with their events and runs`,
    ...(openRuns === 0 ? [] : [`${openRuns >= 10_000 ? '10,000 or more runs' : counted(openRuns, 'run')} that ${openRuns === 1 ? 'is' : 'are'} open: ${openRuns === 1 ? 'it does' : 'they do'} not go on`]),
    ...(keys + webhooks === 0 ? [] : [`${[...(keys === 0 ? [] : [counted(keys, 'key')]), ...(webhooks === 0 ? [] : [counted(webhooks, 'webhook')])].join(' and ')}: whoever uses ${keys + webhooks === 1 ? 'it' : 'them'} is refused from then on`]),
    ...(schedules === 0 ? [] : [`${counted(schedules, 'schedule')}: ${schedules === 1 ? 'it starts' : 'they start'} nothing any more`]),
    'its connections, secrets and settings',
    ...(members === 1 ? [] : [`the access of ${counted(members, 'member')}, yours too, at once`]),
  ]
}
