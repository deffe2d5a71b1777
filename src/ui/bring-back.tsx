'use client'
/** Undoes the deletion of a workflow, and says what is back and what is not. */
import { Button, Group } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { notifyError } from '#ui/notify.ts'
import { useTRPC } from '#ui/trpc.tsx'

/** Time to read it and reach the button; Mantine stops the clock under the pointer and the focus. */
const undoMs = 30_000

export function useBringBack(onBack?: () => void) {
  const trpc = useTRPC()
  const client = useQueryClient()
  return useMutation(trpc.workflows.bringBack.mutationOptions({
    onSuccess: ({ slug, name, newAddresses }) => {
      notifications.hide(`deleted-${slug}`)
      const addresses = newAddresses === 0 ? '' : ` ${newAddresses === 1 ? 'Its webhook has a new address' : `${newAddresses} of its webhooks have new addresses`}: another workflow took the old ${newAddresses === 1 ? 'one' : 'ones'}.`
      notifications.show({ message: `${name} is back as a draft. Its functions react again once you publish it.${addresses}`, autoClose: 10_000, withBorder: true })
      void client.invalidateQueries(trpc.workflows.pathFilter())
      onBack?.()
    },
    onError: notifyError,
  }))
}

/** Offers to undo a deletion. */
export function tellDeleted({ slug, name }: { slug: string; name: string }, undo: () => void): void {
  const id = `deleted-${slug}`
  const onUndo = (): void => {
    notifications.hide(id)
    undo()
  }
  notifications.show({
    id, withBorder: true, autoClose: undoMs,
    message: <Group justify="space-between" wrap="nowrap" gap={12}><span>{name} is deleted.</span><Button size="xs" mih={{ base: 44, xs: 0 }} onClick={onUndo}>Undo</Button></Group>,
  })
}
