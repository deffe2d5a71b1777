'use client'
/** A big fan-out before its first item: what it would set off, and the buttons of the one person who decides. */
import { Button } from '@mantine/core'
import { modals } from '@mantine/modals'
import { IconPlayerPlay, IconSquare } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { number } from '#observe/fan-outs/words.ts'
import type { FanOutDetail } from '#server/fan-outs/view-fan-out.ts'
import { notifyDone, notifyError } from '#ui/notify.ts'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { formatDuration } from '#ui/time.ts'
import { useTRPC } from '#ui/trpc.tsx'
import classes from './fan-outs.module.css'

type Price = NonNullable<FanOutDetail['confirm']>['price']

export function ConfirmActions({ fan, mine }: { fan: Pick<FanOutDetail, 'id' | 'total' | 'event'>; mine: boolean }) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const client = useQueryClient()
  const target = { workspace: workspace.slug, id: fan.id }
  const after = (message: string) => ({
    onError: notifyError,
    onSuccess: () => notifyDone(message),
    onSettled: () => client.invalidateQueries(trpc.fanOuts.pathFilter()),
  })
  const go = useMutation(trpc.fanOuts.confirm.mutationOptions(after('It goes.')))
  const refuse = useMutation(trpc.fanOuts.refuse.mutationOptions(after('Nothing of it is sent.')))
  if (!mine) return null
  const ask = () => modals.openConfirmModal({
    title: 'Send none of it?', children: `None of the ${number(fan.total)} items is sent, and its step ends. To send them after all, run it again.`,
    labels: { confirm: 'Cancel it', cancel: 'Let it wait' }, confirmProps: { color: 'red', variant: 'filled' }, onConfirm: () => refuse.mutate(target),
  })
  return (
    <>
      <Button onClick={ask} loading={refuse.isPending} leftSection={<IconSquare size={15} stroke={1.7} />}>Cancel it</Button>
      <Button variant="filled" onClick={() => go.mutate(target)} loading={go.isPending} leftSection={<IconPlayerPlay size={15} stroke={1.7} />}>Go</Button>
    </>
  )
}

/** By what is published and how long runs took lately. */
export function ConfirmPrice({ price }: { price: Price }) {
  return (
    <dl className={classes.price}>
      <div><dt>Sets off</dt><dd className="num">{price.runs === 0 ? 'no run: nobody reacts' : `${price.atMost ? 'up to ' : ''}${number(price.runs)} ${price.runs === 1 ? 'run' : 'runs'}`}</dd></div>
      {price.runs === 0 ? null : <div><dt>Takes</dt><dd className="num">{price.ms === null ? 'not known yet' : price.ms < 1000 ? 'under a second' : `about ${formatDuration(price.ms)}`}</dd></div>}
      {price.calls.map(({ host, calls, allowed, tooFast }) => (
        <div key={host}><dt>Calls <span className="mono">{host}</span></dt><dd className="num">{number(calls)} times{allowed !== null && `${tooFast ? ', too fast' : ''}; it allows ${number(allowed)} a minute`}</dd></div>
      ))}
    </dl>
  )
}
