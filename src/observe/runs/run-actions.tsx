'use client'
import { Button } from '@mantine/core'
import { modals } from '@mantine/modals'
import { IconPlayerPlay, IconRefresh, IconSquare } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import type { RunDetail } from '#server/runs/get-run.ts'
import { notifyDone, notifyError } from '#ui/notify.ts'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'

export function RunActions({ run }: { run: RunDetail }) {
  const workspace = useWorkspace()
  const router = useRouter()
  const trpc = useTRPC()
  const client = useQueryClient()
  const refresh = () => void client.invalidateQueries(trpc.runs.pathFilter())
  const target = { workspace: workspace.slug, id: run.id }
  const retry = useMutation(trpc.runs.retry.mutationOptions({
    onError: notifyError,
    onSuccess: ({ id }, { from }) => {
      refresh()
      notifyDone(from === 'failed' ? 'Going on from the failed step. Finished steps keep their results.' : 'Running again from the start.')
      if (id !== run.id) router.push(workspace.path(`/runs/${id}`))
    },
  }))
  const cancel = useMutation(trpc.runs.cancel.mutationOptions({
    onError: notifyError,
    onSuccess: ({ cancelled }) => {
      refresh()
      notifyDone(cancelled ? 'Cancelled. A step that was under way may still have reached the outside.' : 'The run had already ended.')
    },
  }))
  const askCancel = () => modals.openConfirmModal({
    title: `Cancel this run of ${run.function}?`,
    children: 'Nothing more of it starts. Steps that are done stay done; a step that is under way may still reach the outside. Other runs are not affected.',
    labels: { confirm: 'Cancel the run', cancel: 'Let it run' },
    confirmProps: { color: 'red', variant: 'filled' },
    onConfirm: () => cancel.mutate(target),
  })
  if (workspace.role === 'viewer') return null
  return (
    <>
      {run.endedAt === null ? <Button onClick={askCancel} loading={cancel.isPending} leftSection={<IconSquare size={15} stroke={1.7} />}>Cancel</Button> : null}
      <Button onClick={() => retry.mutate({ ...target, from: 'start' })} loading={retry.isPending && retry.variables.from === 'start'} leftSection={<IconRefresh size={15} stroke={1.7} />}>Run again</Button>
      {run.status === 'failed' ? (
        <Button variant="filled" onClick={() => retry.mutate({ ...target, from: 'failed' })} loading={retry.isPending && retry.variables.from === 'failed'} leftSection={<IconPlayerPlay size={15} stroke={1.7} />}>Retry from here</Button>
      ) : null}
    </>
  )
}
