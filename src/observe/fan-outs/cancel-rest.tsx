'use client'
/** Cancels what a fan-out has not begun, after saying what that does; what runs at this moment too, if asked. */
import { Button, Checkbox, Group, Modal } from '@mantine/core'
import { IconSquare } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { number, things, type ShownFanOut } from '#observe/fan-outs/words.ts'
import { ErrorNote } from '#ui/error-note.tsx'
import { notifyDone } from '#ui/notify.ts'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'

export function CancelRest({ fan }: { fan: ShownFanOut & { id: string } }) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const client = useQueryClient()
  const [asking, setAsking] = useState(false)
  const [running, setRunning] = useState(false)
  const cancel = useMutation(trpc.fanOuts.cancel.mutationOptions({
    onSuccess: () => {
      setAsking(false)
      notifyDone('The rest is cancelled.')
    },
    onSettled: () => void client.invalidateQueries(trpc.fanOuts.pathFilter()),
  }))
  const rest = fan.waiting + fan.total - fan.sent
  return (
    <>
      <Button onClick={() => setAsking(true)} leftSection={<IconSquare size={15} stroke={1.7} />}>Cancel the rest</Button>
      <Modal opened={asking} onClose={() => setAsking(false)} title="Cancel the rest?" size={460}>
        <form
          style={{ display: 'grid', gap: 14 }}
          onSubmit={(submitted) => {
            submitted.preventDefault()
            cancel.mutate({ workspace: workspace.slug, id: fan.id, running })
          }}
        >
          <p style={{ margin: 0 }}>
            {things(rest, 'item')} that {rest === 1 ? 'has' : 'have'} not begun will not. {number(fan.done)} done stay done, and what runs at this moment finishes. Cancelled ones do not come back by themselves.
          </p>
          <Checkbox
            label={fan.running > 0 ? `Also end what runs now (${number(fan.running)})` : 'Also end what runs now'} description="Their calls may have reached the outside already."
            checked={running} onChange={(changed) => setRunning(changed.currentTarget.checked)}
          />
          {cancel.error === null ? null : <ErrorNote error={cancel.error} />}
          <Group justify="flex-end" gap={8}>
            <Button onClick={() => setAsking(false)}>Let it go on</Button>
            <Button type="submit" color="red" variant="filled" loading={cancel.isPending}>Cancel the rest</Button>
          </Group>
        </form>
      </Modal>
    </>
  )
}
