'use client'
/** Which published functions of the drawing are paused now. Others may pause them elsewhere: it is asked for again now and then. */
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useTRPC } from '#ui/trpc.tsx'

const againMs = 30_000
const none: ReadonlySet<string> = new Set()

export function usePaused(workspace: string): ReadonlySet<string> {
  const trpc = useTRPC()
  const holds = useQuery(trpc.holds.list.queryOptions({ workspace }, { refetchInterval: againMs })).data?.holds
  return useMemo(() => {
    const paused = (holds ?? []).flatMap((one) => (one.kind === 'function' ? [one.target] : []))
    return paused.length === 0 ? none : new Set(paused)
  }, [holds])
}
