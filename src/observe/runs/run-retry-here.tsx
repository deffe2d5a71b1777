'use client'
import { Button } from '@mantine/core'
import { IconPlayerPlay } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { notifyDone, notifyError } from '#ui/notify.ts'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'

export function RunActionRetry({ run }: { run: string }) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const client = useQueryClient()
  const retry = useMutation(trpc.runs.retry.mutationOptions({
    onError: notifyError,
    onSuccess: () => {
      void client.invalidateQueries(trpc.runs.pathFilter())
      notifyDone('Going on from the failed step.')
    },
  }))
  return (
    <Button fullWidth loading={retry.isPending} leftSection={<IconPlayerPlay size={15} stroke={1.7} />} onClick={() => retry.mutate({ workspace: workspace.slug, id: run, from: 'failed' })}>
      Retry from here
    </Button>
  )
}
