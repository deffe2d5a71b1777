'use client'
/** Asks for what is really known of the drawing, and lends it to everything inside. */
import { useDebouncedValue } from '@mantine/hooks'
import { notifications } from '@mantine/notifications'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState, type ReactNode } from 'react'
import { useStore } from 'zustand'
import { errorShape, useTRPC } from '#ui/trpc.tsx'
import { useEditor, useEditorState } from '../context.ts'
import { releaseData, watching } from '../live/follow.ts'
import { combineData, sameData } from './combine.ts'
import { DataAtHandProvider, type DataAtHand } from './data-at-hand.ts'
import { useLookedAt } from './looked-at.ts'
import { useSampleChoice } from './sample-choice.ts'

const typingMs = 600
const namesMost = 50
const everyMs = 30_000

export function DataProvider({ children }: { children: ReactNode }) {
  const { workspace, slug } = useEditor()
  const nodes = useEditorState((state) => state.document.nodes)
  const { choice, chooseLast } = useSampleChoice()
  useSampleOfAddress()
  // What was followed is what is looked at, also once the marks are gone.
  const followed = useStore(watching, (state) => state.held)
  const event = useLookedAt()?.event ?? null
  const wanted = [...new Set(Object.values(nodes).flatMap((node) => (node.type === 'event' && node.event !== '' ? [node.event] : [])))].sort().slice(0, namesMost)
  // A text, so that a name that is being typed asks once.
  const [names] = useDebouncedValue(wanted.join('\n'), typingMs)
  const trpc = useTRPC()
  const query = useQuery(trpc.workflows.dataAtHand.queryOptions(
    { workspace, slug, names: names === '' ? [] : names.split('\n'), ...(event === null ? {} : { event }) },
    { staleTime: 3000, refetchInterval: everyMs, placeholderData: keepPreviousData },
  ))
  const gone = query.error !== null && errorShape(query.error).code === 'not_found' && event !== null
  useEffect(() => {
    if (!gone) return
    if (followed !== null) return releaseData()
    chooseLast()
    notifications.show({ id: 'sample-gone', message: 'The event that was the sample is not stored any more. The last one is shown instead.', withBorder: true })
  }, [gone, followed, chooseLast])
  const { data } = query
  const value = useKept(useMemo(() => combineData(nodes, data, choice.own), [nodes, data, choice.own]))
  return <DataAtHandProvider value={value}>{children}</DataAtHandProvider>
}

/** The same object as long as it says the same: moving a node is no news to whoever reads data. */
function useKept(data: DataAtHand): DataAtHand {
  const [kept, setKept] = useState(data)
  if (kept === data || sameData(kept, data)) return kept
  setKept(data)
  return data
}

/** `?sample=evt_…`, as links of runs and events have it, chooses that event and leaves the address. */
function useSampleOfAddress(): void {
  const { choose } = useSampleChoice()
  const nodes = useEditorState((state) => state.document.nodes)
  useEffect(() => {
    const address = new URL(window.location.href)
    const event = address.searchParams.get('sample')
    if (event === null) return
    address.searchParams.delete('sample')
    // With no state of its own: the router takes note of the new address then, and does not bring the old one back.
    window.history.replaceState(null, '', address)
    if (event.startsWith('evt_')) choose(event, Object.values(nodes).flatMap((node) => (node.type === 'event' ? [node.id] : [])))
  }, [choose, nodes])
}
