'use client'
/**
 * What changes in the workspace, while the page can be seen: a hidden tab asks for nothing. A change only
 * says what moved; what the page shows of it is asked for again.
 */
import { useQueryClient, type QueryFilters } from '@tanstack/react-query'
import type { TRPCClient } from '@trpc/client'
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import type { ScreenChange } from '#server/live.ts'
import type { Company } from '#server/presence/router.ts'
import type { AppRouter } from '#server/router.ts'
import { askAgain, askFailedAgain } from '#ui/ask-again.ts'
import { joinStream, type StreamEvents, type StreamState } from '#ui/shared-stream.ts'
import { useTRPC, useTRPCClient } from '#ui/trpc.tsx'

export type LiveState = StreamState | 'held'

interface LiveValue {
  state: LiveState
  hold(held: boolean): void
}

const Context = createContext<LiveValue>({ state: 'connecting', hold: () => {} })

export function useLive(): LiveValue {
  return useContext(Context)
}

const refreshEveryMs = 500
const tryAgainMs = 5000
const namesEveryMs = 5000

type Listener<T> = (news: T[] | 'unknown') => void
const editListeners = new Set<Listener<string>>()
const roomListeners = new Set<Listener<Company>>()

function hear<T>(listeners: Set<Listener<T>>, listener: Listener<T>): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** Tells at once which workflows were edited, by public id; `unknown` when the stream begins and may have missed some. */
export const onWorkflowsEdited = (listener: Listener<string>): (() => void) => hear(editListeners, listener)

/** Tells who is in the workflows one has open, when somebody there moves; `unknown` when the stream begins. */
export const onPeopleMoved = (listener: Listener<Company>): (() => void) => hear(roomListeners, listener)

function tell<T>(listeners: Set<Listener<T>>, news: T[] | 'unknown'): void {
  if (news === 'unknown' || news.length > 0) for (const listener of listeners) listener(news)
}

export function LiveProvider({ workspace, children }: { workspace: string; children: ReactNode }) {
  const client = useTRPCClient()
  const queries = useQueryClient()
  const visible = usePageVisible()
  const [held, setHeld] = useState(false)
  const [stream, setStream] = useState<StreamState>('connecting')
  const refresh = useRefresh()
  const askWho = useAskWho()
  useEffect(() => {
    if (!visible || held) return
    setStream('connecting')
    return joinStream<ScreenChange>(`fanwise:live:${workspace}`, (events) => openChanges(client, workspace, events), {
      state: setStream,
      // What happened while nobody listened is not told again.
      started: () => {
        askWho()
        tell(editListeners, 'unknown')
        tell(roomListeners, 'unknown')
        refresh({ runs: [], more: true, events: true, workflows: ['all'], fanOuts: ['all'] })
        // Questions that no news is about, such as those of the settings, ended in an error while the server was away.
        askFailedAgain(queries)
      },
      data: (change) => {
        if (change.member) askWho()
        tell(editListeners, change.workflows)
        tell(roomListeners, change.rooms)
        refresh(change)
      },
    })
  }, [client, queries, workspace, visible, held, refresh, askWho])
  const state: LiveState = held ? 'held' : stream
  const value = useMemo(() => ({ state, hold: setHeld }), [state])
  return <Context.Provider value={value}>{children}</Context.Provider>
}

/** Asks again who the person is here (shell/here.ts). */
function useAskWho(): () => void {
  const trpc = useTRPC()
  const client = useQueryClient()
  return useCallback(() => askAgain(client, trpc.workspaces.here.pathFilter()), [trpc, client])
}

/** The stream itself. The browser connects again by itself where it can; where it gives up, this tries again. */
function openChanges(client: TRPCClient<AppRouter>, workspace: string, events: StreamEvents<ScreenChange>): () => void {
  let ended = false
  let timer: ReturnType<typeof setTimeout> | null = null
  let running: { unsubscribe(): void } | null = null
  const lost = (): void => {
    if (ended) return
    events.state('lost')
    timer ??= setTimeout(open, tryAgainMs)
  }
  const open = (): void => {
    timer = null
    running = client.live.changes.subscribe({ workspace }, {
      onStarted: events.started, onData: events.data, onError: lost, onComplete: lost,
      onConnectionStateChange: ({ state }) => {
        if (state !== 'idle') events.state(state === 'pending' ? 'live' : 'connecting')
      },
    })
  }
  open()
  return () => {
    ended = true
    if (timer !== null) clearTimeout(timer)
    running?.unsubscribe()
  }
}

interface Gathered {
  runs: Set<string>
  all: boolean
  events: boolean
  workflows: boolean
  fanOuts: boolean
}

const nothing = (): Gathered => ({ runs: new Set(), all: false, events: false, workflows: false, fanOuts: false })

/** Gathers changes and asks again for what they touch, at most twice a second. */
function useRefresh() {
  const trpc = useTRPC()
  const client = useQueryClient()
  const gathered = useRef(nothing())
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)
  const names = useRef<ReturnType<typeof setTimeout> | null>(null)
  const flush = useCallback(() => {
    timer.current = null
    const { runs, all, events, workflows, fanOuts } = gathered.current
    gathered.current = nothing()
    const again = (filter: QueryFilters) => askAgain(client, filter)
    if (runs.size > 0 || all || events) {
      again(trpc.runs.list.pathFilter())
      again(trpc.runs.counts.pathFilter())
      const [known] = trpc.events.known.pathKey()
      again({ ...trpc.events.pathFilter(), predicate: ({ queryKey }) => JSON.stringify(queryKey[0]) !== JSON.stringify(known) })
      // Names are read from all that is drawn: not again with each event.
      names.current ??= setTimeout(() => {
        names.current = null
        again(trpc.events.known.pathFilter())
      }, namesEveryMs)
      again(trpc.functions.list.pathFilter())
      again(trpc.playground.pathFilter())
      again(trpc.outbox.pathFilter())
      for (const filter of [trpc.runs.get.pathFilter(), trpc.runs.console.pathFilter()]) again({ ...filter, predicate: (query) => all || runs.has(queriedRun(query.queryKey)) })
    }
    if (workflows) {
      again(trpc.workflows.list.pathFilter())
      again(trpc.comments.list.pathFilter())
      again(trpc.comments.unseen.pathFilter())
    }
    if (fanOuts) again(trpc.fanOuts.pathFilter())
  }, [client, trpc])
  useEffect(() => () => {
    for (const { current } of [timer, names]) if (current !== null) clearTimeout(current)
  }, [])
  return useCallback((change: Omit<ScreenChange, 'rooms' | 'member'>) => {
    if (change.runs.length + change.workflows.length + change.fanOuts.length === 0 && !change.more && !change.events) return
    for (const id of change.runs) gathered.current.runs.add(id)
    gathered.current.all ||= change.more
    gathered.current.events ||= change.events
    gathered.current.workflows ||= change.workflows.length > 0
    gathered.current.fanOuts ||= change.fanOuts.length > 0
    timer.current ??= setTimeout(flush, refreshEveryMs)
  }, [flush])
}

/** The run a query is about. */
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
