'use client'
/** Deletes a workflow, after saying what ends with it and what does not. */
import { ActionIcon, Button, Loader, Modal } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { WhatEnds } from '#server/workflows/delete.ts'
import { tellDeleted, useBringBack } from '#ui/bring-back.tsx'
import { ErrorNote } from '#ui/error-note.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import classes from './workflows.module.css'

type Named = { slug: string; name: string }

export function DeleteWorkflow({ workflow }: { workflow: Named }) {
  const workspace = useWorkspace()
  const [opened, setOpened] = useState(false)
  if (workspace.role === 'viewer') return null
  return (
    <>
      <ActionIcon className={classes.delete} variant="default" size={28} aria-label={`Delete ${workflow.name}`} title="Delete" onClick={() => setOpened(true)}><IconTrash size={15} stroke={1.7} /></ActionIcon>
      <Modal opened={opened} onClose={() => setOpened(false)} title={`Delete ${workflow.name}?`} size={460}>
        <Asked workflow={workflow} onDone={() => setOpened(false)} />
      </Modal>
    </>
  )
}

function Asked({ workflow, onDone }: { workflow: Named; onDone(): void }) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const client = useQueryClient()
  const ref = { workspace: workspace.slug, slug: workflow.slug }
  const ends = useQuery(trpc.workflows.whatEnds.queryOptions(ref, { staleTime: 0 }))
  const back = useBringBack()
  const remove = useMutation(trpc.workflows.delete.mutationOptions({
    onSuccess: () => {
      onDone()
      tellDeleted(workflow, () => back.mutate(ref))
      void client.invalidateQueries(trpc.workflows.pathFilter())
    },
  }))
  if (ends.error !== null) return <ErrorNote error={ends.error} onRetry={() => void ends.refetch()} />
  if (ends.data === undefined) return <Loader aria-label="Looking what ends with it" />
  return (
    <div className={classes.deleting}>
      <ul>{endWords(ends.data).map((line) => <li key={line}>{line}</li>)}</ul>
      {remove.error === null ? null : <ErrorNote error={remove.error} />}
      <div className={classes.deletingButtons}>
        <Button onClick={onDone}>Keep it</Button>
        <Button color="red" variant="filled" loading={remove.isPending} onClick={() => remove.mutate(ref)}>Delete it</Button>
      </div>
    </div>
  )
}

const named = 5

function endWords({ functions, webhooks, schedules, openRuns }: WhatEnds): string[] {
  const more = functions.length - named
  const slugs = `${functions.slice(0, named).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
  const one = functions.length === 1
  return [
    functions.length === 0 ? 'It was not published: nothing that runs changes.' : `${slugs} ${one ? 'reacts' : 'react'} to nothing any more.`,
    ...(schedules === 0 ? [] : [`${schedules === 1 ? 'Its schedule starts' : `Its ${schedules} schedules start`} nothing any more.`]),
    ...(webhooks === 0 ? [] : [`${webhooks === 1 ? 'The address of its webhook is' : `The addresses of its ${webhooks} webhooks are`} gone: whoever calls there is told so.`]),
    ...(openRuns === 0 ? [] : [`${openRuns >= 10_000 ? '10,000 or more runs' : `${openRuns.toLocaleString('en')} ${openRuns === 1 ? 'run' : 'runs'}`} that ${openRuns === 1 ? 'has' : 'have'} begun or wait go on to the end.`]),
    'Past runs and events can still be read.',
    'It can be brought back as a draft, at the foot of this page: its drawing, comments and history stay.',
  ]
}
