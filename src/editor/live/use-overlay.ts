'use client'
/** The marks the canvas shows: of the event that is followed, else of what is live, else none. */
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useStore } from 'zustand'
import type { Overlay } from '#canvas/marks.ts'
import type { FollowView } from '#server/workflows/follow.ts'
import { useTRPC } from '#ui/trpc.tsx'
import { useEditor, useEditorState } from '../context.ts'
import { letGo, watching } from './follow.ts'
import { carriedLines, followMarks, keepSame, liveMarks, traffic } from './marks.ts'

const followMs = 700
/** What takes longer than this is looked at less often. */
const patientAfterMs = 60_000
const patientMs = 4000
const liveMs = 3000
/** How long a line shows that it just carried something. */
const carriedMs = 2400

/** How the followed event's runs stand. Asked for once, however many look at it. */
export function useFollowQuery() {
  const { workspace, slug } = useEditor()
  const trpc = useTRPC()
  const { event, since } = useStore(watching)
  return useQuery(trpc.workflows.follow.queryOptions({ workspace, slug, event: event ?? '' }, {
    enabled: event !== null, staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.settled === true || state.error !== null ? false : Date.now() - since > patientAfterMs ? patientMs : followMs),
  }))
}

export const useFollowed = (): FollowView | undefined => useFollowQuery().data

export function useOverlay(): Overlay | undefined {
  const { workspace, slug } = useEditor()
  const trpc = useTRPC()
  const document = useEditorState((state) => state.document)
  const { event, live } = useStore(watching)
  const view = useFollowed()
  const carried = useCarried(event, view)
  useFreshData(view)
  const showsLive = live && event === null
  const counts = useQuery(trpc.workflows.liveCounts.queryOptions({ workspace, slug }, { enabled: showsLive, refetchInterval: liveMs, placeholderData: keepPreviousData })).data
  useEffect(() => letGo, [slug])
  const marks = useMemo(() => {
    if (event !== null) return view === undefined ? undefined : followMarks(document, view, carried)
    return showsLive && counts !== undefined ? liveMarks(document, counts) : undefined
  }, [event, view, document, carried, showsLive, counts])
  return useSame(marks)
}

function useSame(marks: Overlay | undefined): Overlay | undefined {
  const [kept, setKept] = useState<{ marks: Overlay | undefined; shown: Overlay | undefined }>({ marks, shown: marks })
  if (kept.marks === marks) return kept.shown
  const shown = marks === undefined ? undefined : keepSame(kept.shown, marks)
  setKept({ marks, shown })
  return shown
}

const nothing: ReadonlySet<string> = new Set()

/** Lines that carried something a moment ago. */
function useCarried(event: string | null, view: FollowView | undefined): ReadonlySet<string> {
  const { editor } = useEditor()
  const [carried, setCarried] = useState(nothing)
  const before = useRef<{ event: string | null; along: ReadonlyMap<string, number> }>({ event: null, along: new Map() })
  useEffect(() => {
    const along = view === undefined || event === null ? new Map<string, number>() : traffic(editor.store.getState().document, view)
    const fresh = carriedLines(before.current.event === event ? before.current.along : new Map(), along)
    before.current = { event, along }
    if (fresh.length === 0) return
    setCarried((now) => new Set([...now, ...fresh]))
    // Not cleared by the next answer: each line has its own time.
    setTimeout(() => setCarried((now) => new Set([...now].filter((line) => !fresh.includes(line)))), carriedMs)
  }, [editor, event, view])
  return carried
}

/** What the panels show of steps is asked for again when one of them ends. */
function useFreshData(view: FollowView | undefined): void {
  const trpc = useTRPC()
  const client = useQueryClient()
  const ended = view === undefined ? '' : `${view.event.id} ${view.ended} ${Object.values(view.steps).filter((step) => step.state === 'completed' || step.state === 'failed' || step.state === 'retrying').length}`
  useEffect(() => {
    if (ended !== '') void client.invalidateQueries(trpc.workflows.dataAtHand.pathFilter())
  }, [ended, client, trpc])
}
