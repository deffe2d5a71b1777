'use client'
/** What a person can do to a fan-out, as its state allows. */
import { Button } from '@mantine/core'
import { IconPlayerPause, IconPlayerPlay, IconRefresh } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { CancelRest } from '#observe/fan-outs/cancel-rest.tsx'
import { number, type ShownFanOut } from '#observe/fan-outs/words.ts'
import { notifyDone, notifyError } from '#ui/notify.ts'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'

export function FanOutActions({ fan }: { fan: ShownFanOut & { id: string } }) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const client = useQueryClient()
  const target = { workspace: workspace.slug, id: fan.id }
  // Also when it was refused: somebody may have been faster, or it has settled meanwhile.
  const onSettled = () => void client.invalidateQueries(trpc.fanOuts.pathFilter())
  const after = (message: string) => ({ onError: notifyError, onSuccess: () => notifyDone(message), onSettled })
  const pause = useMutation(trpc.fanOuts.pause.mutationOptions(after('Paused. What was running finishes.')))
  const resume = useMutation(trpc.fanOuts.resume.mutationOptions(after('It goes on, oldest first.')))
  const go = useMutation(trpc.fanOuts.go.mutationOptions(after('The rest goes.')))
  const retry = useMutation(trpc.fanOuts.retryFailed.mutationOptions({
    onError: notifyError, onSuccess: ({ retried }) => notifyDone(`Retrying ${number(retried)} ${retried === 1 ? 'run' : 'runs'}.`), onSettled,
  }))
  const going = fan.state === 'emitting' || fan.state === 'running' || fan.state === 'canary'
  // Of the first items some have failed: mending them comes before sending the rest.
  const tried = fan.state === 'canary' && fan.failed > 0
  const rests = fan.state === 'paused' || fan.state === 'stopped'
  if (workspace.role === 'viewer') return null
  return (
    <>
      {going || rests ? <CancelRest fan={fan} /> : null}
      {fan.failed > 0 && fan.state !== 'cancelled' ? <Button {...(tried ? { variant: 'filled' } : {})} onClick={() => retry.mutate(target)} loading={retry.isPending} leftSection={<IconRefresh size={15} stroke={1.7} />}>Retry {number(fan.failed)} failed</Button> : null}
      {going ? <Button onClick={() => pause.mutate(target)} loading={pause.isPending} leftSection={<IconPlayerPause size={15} stroke={1.7} />}>Pause</Button> : null}
      {rests ? <Button variant="filled" onClick={() => resume.mutate(target)} loading={resume.isPending} leftSection={<IconPlayerPlay size={15} stroke={1.7} />}>Resume</Button> : null}
      {fan.state === 'canary' ? <Button {...(tried ? {} : { variant: 'filled' })} onClick={() => go.mutate(target)} loading={go.isPending} leftSection={<IconPlayerPlay size={15} stroke={1.7} />}>Send the rest</Button> : null}
    </>
  )
}
