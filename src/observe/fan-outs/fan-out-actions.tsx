'use client'
/** What a person can do to a fan-out, as its state allows. */
import { Button } from '@mantine/core'
import { modals } from '@mantine/modals'
import { IconPlayerPause, IconPlayerPlay, IconRefresh, IconSquare } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { number, type ShownFanOut } from '#observe/fan-outs/words.ts'
import { notifyDone, notifyError } from '#ui/notify.ts'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'

export function FanOutActions({ fan }: { fan: ShownFanOut & { id: string } }) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const client = useQueryClient()
  const target = { workspace: workspace.slug, id: fan.id }
  const after = (message: string) => ({
    onError: notifyError,
    onSuccess: () => {
      void client.invalidateQueries(trpc.fanOuts.pathFilter())
      notifyDone(message)
    },
  })
  const pause = useMutation(trpc.fanOuts.pause.mutationOptions(after('Paused. What was running finishes.')))
  const resume = useMutation(trpc.fanOuts.resume.mutationOptions(after('It goes on, oldest first.')))
  const go = useMutation(trpc.fanOuts.go.mutationOptions(after('The rest goes.')))
  const cancel = useMutation(trpc.fanOuts.cancel.mutationOptions(after('The rest is cancelled.')))
  const retry = useMutation(trpc.fanOuts.retryFailed.mutationOptions({ ...after(''), onSuccess: ({ retried }) => {
    void client.invalidateQueries(trpc.fanOuts.pathFilter())
    notifyDone(`Retrying ${number(retried)} ${retried === 1 ? 'run' : 'runs'}.`)
  } }))
  const going = fan.state === 'emitting' || fan.state === 'running' || fan.state === 'canary'
  const rests = fan.state === 'paused' || fan.state === 'stopped'
  const rest = fan.waiting + fan.total - fan.sent
  const askCancel = () => modals.openConfirmModal({
    title: 'Cancel the rest?',
    children: `${number(rest)} ${rest === 1 ? 'item' : 'items'} that have not begun will not. ${number(fan.done)} done stay done, and ${number(fan.running)} running finish. Cancelled ones do not come back by themselves.`,
    labels: { confirm: 'Cancel the rest', cancel: 'Let it go on' }, confirmProps: { color: 'red', variant: 'filled' },
    onConfirm: () => cancel.mutate(target),
  })
  return (
    <>
      {going || rests ? <Button onClick={askCancel} loading={cancel.isPending} leftSection={<IconSquare size={15} stroke={1.7} />}>Cancel the rest</Button> : null}
      {fan.failed > 0 && fan.state !== 'cancelled' ? <Button onClick={() => retry.mutate(target)} loading={retry.isPending} leftSection={<IconRefresh size={15} stroke={1.7} />}>Retry {number(fan.failed)} failed</Button> : null}
      {going ? <Button onClick={() => pause.mutate(target)} loading={pause.isPending} leftSection={<IconPlayerPause size={15} stroke={1.7} />}>Pause</Button> : null}
      {rests ? <Button variant="filled" onClick={() => resume.mutate(target)} loading={resume.isPending} leftSection={<IconPlayerPlay size={15} stroke={1.7} />}>Resume</Button> : null}
      {fan.state === 'canary' ? <Button variant="filled" onClick={() => go.mutate(target)} loading={go.isPending} leftSection={<IconPlayerPlay size={15} stroke={1.7} />}>Send the rest</Button> : null}
    </>
  )
}
