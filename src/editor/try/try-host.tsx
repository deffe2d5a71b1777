'use client'
/** The part of trying that is always there: starts what is asked for, watches it, says how it went, asks for what is missing. */
import { notifications } from '@mantine/notifications'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { useEffect } from 'react'
import { useStore } from 'zustand'
import type { RunDetail } from '#server/runs/get-run.ts'
import { shownStatus, type UiStatus } from '#ui/status.ts'
import { formatDuration } from '#ui/time.ts'
import { useTRPC } from '#ui/trpc.tsx'
import { announce } from '../commands/announce.ts'
import { useEditor } from '../context.ts'
import { MissingDialog } from './missing-dialog.tsx'
import { PinDialog } from './pin-dialog.tsx'
import { useStarter } from './start-try.ts'
import { setTry, tries, type Try } from './try-store.ts'

export function TryHost() {
  useStarter()
  const byNode = useStore(tries, (state) => state.byNode)
  const watched = Object.values(byNode).filter((one) => one.runId !== null && !ended.has(one.state))
  return (
    <>
      {watched.map((one) => <Watch key={one.runId} node={one.part.node} runId={one.runId!} />)}
      <MissingDialog />
      <PinDialog />
    </>
  )
}

const ended: ReadonlySet<Try['state']> = new Set(['completed', 'failed', 'cancelled', 'skipped', 'error'])
const pollMs = 500
/** A run that sleeps or waits for somebody is looked at less often. */
const restingMs = 3000

/** Live changes ask again at once; asking now and then makes up for a connection that was lost. */
function Watch({ node, runId }: { node: string; runId: string }) {
  const { workspace } = useEditor()
  const trpc = useTRPC()
  const client = useQueryClient()
  const run = useQuery(trpc.runs.get.queryOptions({ workspace, id: runId }, {
    staleTime: 0, refetchInterval: ({ state: { data } }) => (data !== undefined && ['sleeping', 'waiting'].includes(data.status) ? restingMs : pollMs),
  })).data
  useEffect(() => {
    if (run === undefined) return
    const change = changeBy(run)
    const before = tries.getState().byNode[node]
    if (before?.runId !== runId) return
    setTry(node, change)
    // With its end it is watched no more, so this is said once.
    if (!ended.has(change.state)) return
    void client.invalidateQueries(trpc.workflows.dataAtHand.pathFilter())
    tell({ ...before, ...change }, workspace)
  }, [run, node, runId, workspace, client, trpc])
  return null
}

function changeBy(run: RunDetail): Pick<Try, 'tookMs' | 'error'> & { state: UiStatus } {
  const tookMs = run.startedAt === null || run.endedAt === null ? null : Date.parse(run.endedAt) - Date.parse(run.startedAt)
  const error = (run.status === 'failed' || run.status === 'cancelled') && run.error !== null ? { message: run.error.message, fix: run.error.fix } : null
  return { state: shownStatus(run.status, run.why), tookMs, error }
}

function tell(one: Try, workspace: string): void {
  const words = endWords(one)
  announce(words)
  // Whoever looks at the panel of what was tried sees it there.
  if (document.querySelector(`[data-try-result="${one.part.node}"]`) !== null) return
  notifications.hide('tried')
  notifications.show({
    id: 'tried', withBorder: true, autoClose: one.state === 'completed' ? 6000 : 12_000, ...(one.state === 'completed' ? {} : { color: 'red' }),
    message: <>{words} <Link href={`/w/${workspace}/runs/${one.runId}`}>Open the run</Link></>,
  })
}

export function endWords({ title, state, tookMs, error }: Pick<Try, 'title' | 'state' | 'tookMs' | 'error'>): string {
  if (state === 'completed') return `${title}: done${tookMs === null ? '' : ` in ${formatDuration(tookMs)}`}.`
  return `${title}: ${error?.message ?? 'it did not end well.'}`
}
