'use client'
/** How many runs of a function go at once, changed while it runs. */
import { Button, NumberInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { FanOutTarget } from '#server/fan-outs/view-fan-out.ts'
import { notifyDone, notifyError } from '#ui/notify.ts'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import classes from './fan-outs.module.css'

export function LimitEditor({ id, target }: { id: string; target: FanOutTarget }) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const client = useQueryClient()
  const [typed, setTyped] = useState<number | '' | null>(null)
  const set = useMutation(trpc.fanOuts.setLimit.mutationOptions({
    onError: notifyError,
    onSuccess: ({ function: slug, limit }) => {
      setTyped(null)
      notifyDone(`${slug} runs ${limit} at once from now on.`)
    },
    onSettled: () => void client.invalidateQueries(trpc.fanOuts.pathFilter()),
  }))
  const change = (limit: number | null) => set.mutate({ workspace: workspace.slug, id, limit, function: target.slug })
  const value = typed ?? target.limit ?? 1
  return (
    <li className={classes.target}>
      <span className="mono cut">{target.slug}</span>
      {target.canChange && workspace.role !== 'viewer' ? (
        <form className={classes.limit} onSubmit={(event) => {
          event.preventDefault()
          if (value !== '') change(value)
        }}>
          <NumberInput aria-label={`Runs of ${target.slug} at once`} w={84} min={1} max={100_000} allowDecimal={false} clampBehavior="strict" value={value} onChange={(next) => setTyped(typeof next === 'number' ? next : '')} />
          <span className={classes.quiet}>at once</span>
          {typed !== null && typed !== '' && typed !== target.limit ? <Button type="submit" loading={set.isPending}>Set</Button> : null}
          {typed === null && target.drawnLimit !== null ? <Button variant="subtle" onClick={() => change(null)} loading={set.isPending}>Back to {target.drawnLimit}</Button> : null}
        </form>
      ) : <span className={classes.quiet}>{target.limit === null ? 'no limit' : `${target.limit} at once${target.canChange ? '' : ', shared'}`}</span>}
    </li>
  )
}
