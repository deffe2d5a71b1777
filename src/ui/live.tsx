'use client'
/**
 * One stream of changes per visible page (browsers allow few connections, so a hidden tab lets go
 * of its own). A change only says what moved; what the page shows of it is asked for again.
 */
import { useQueryClient } from '@tanstack/react-query'
import { useSubscription } from '@trpc/tanstack-react-query'
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { useTRPC } from '#ui/trpc.tsx'

export type LiveState = 'connecting' | 'live' | 'held' | 'lost'

interface LiveValue {
  state: LiveState
  hold(held: boolean): void
}

const Context = createContext<LiveValue>({ state: 'connecting', hold: () => {} })

export function useLive(): LiveValue {
  return useContext(Context)
}

const refreshEveryMs = 500

type Listener = (workflows: readonly string[] | 'unknown') => void
const listeners = new Set<Listener>()

/**
 * Tells at once which workflows were edited, by public id; `unknown` when the stream begins and may have
 * missed some. Over the page's one stream: a browser has six connections to a host, for all its windows.
 */
export function onWorkflowsEdited(listener: Listener): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

interface Gathered {
  runs: Set<string>
  all: boolean
  events: boolean
  workflows: boolean
  fanOuts: boolean
}

const nothing = (): Gathered => ({ runs: new Set(), all: false, events: false, workflows: false, fanOuts: false })

export function LiveProvider({ workspace, children }: { workspace: string; children: ReactNode }) {
  const trpc = useTRPC()
  const visible = usePageVisible()
  const [held, setHeld] = useState(false)
  const refresh = useRefresh()
  const subscription = useSubscription(
    trpc.live.changes.subscriptionOptions({ workspace }, {
      enabled: visible && !held,
      // What happened while nobody listened is not told again.
      onStarted: () => {
        for (const listener of listeners) listener('unknown')
        refresh({ runs: [], more: true, events: true, workflows: ['all'], fanOuts: ['all'] })
      },
      onData: (change) => {
        if (change.workflows.length > 0) for (const listener of listeners) listener(change.workflows)
        refresh(change)
      },
    }),
  )
  const state: LiveState = held ? 'held' : subscription.status === 'pending' ? 'live' : subscription.status === 'error' ? 'lost' : 'connecting'
  const value = useMemo(() => ({ state, hold: setHeld }), [state])
  return <Context.Provider value={value}>{children}</Context.Provider>
}

/** Gathers changes and asks again for what they touch, at most twice a second. */
function useRefresh() {
  const trpc = useTRPC()
  const client = useQueryClient()
  const gathered = useRef(nothing())
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)
  const flush = useCallback(() => {
    timer.current = null
    const { runs, all, events, workflows, fanOuts } = gathered.current
    gathered.current = nothing()
    const again = (filter: { queryKey?: readonly unknown[] }) => void client.invalidateQueries(filter)
    if (runs.size > 0 || all || events) {
      again(trpc.runs.list.pathFilter())
      again(trpc.runs.counts.pathFilter())
      again(trpc.events.pathFilter())
      again(trpc.functions.list.pathFilter())
      again(trpc.playground.pathFilter())
      again(trpc.outbox.pathFilter())
      void client.invalidateQueries({
        ...trpc.runs.get.pathFilter(),
        predicate: (query) => all || runs.has(queriedRun(query.queryKey)),
      })
    }
    if (workflows) {
      again(trpc.workflows.list.pathFilter())
      again(trpc.comments.list.pathFilter())
      again(trpc.comments.unseen.pathFilter())
    }
    if (fanOuts) again(trpc.fanOuts.pathFilter())
  }, [client, trpc])
  useEffect(() => () => {
    if (timer.current !== null) clearTimeout(timer.current)
  }, [])
  return useCallback((change: { runs: string[]; more: boolean; events: boolean; workflows: string[]; fanOuts: string[] }) => {
    for (const id of change.runs) gathered.current.runs.add(id)
    gathered.current.all ||= change.more
    gathered.current.events ||= change.events
    gathered.current.workflows ||= change.workflows.length > 0
    gathered.current.fanOuts ||= change.fanOuts.length > 0
    timer.current ??= setTimeout(flush, refreshEveryMs)
  }, [flush])
}

/** The run a `runs.get` query is about. */
function queriedRun(key: readonly unknown[]): string {
  const options = key[1] as { input?: { id?: unknown } } | undefined
  return String(options?.input?.id ?? '')
}

function usePageVisible(): boolean {
  const [visible, setVisible] = useState(false)
  useEffect(() => {
    const update = () => setVisible(document.visibilityState === 'visible')
    update()
    document.addEventListener('visibilitychange', update)
    return () => document.removeEventListener('visibilitychange', update)
  }, [])
  return visible
}
