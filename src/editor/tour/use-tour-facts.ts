'use client'
import { useQuery } from '@tanstack/react-query'
import { useRef } from 'react'
import { tourEvent } from '#examples/tour.ts'
import { shownStatus } from '#ui/status.ts'
import { useTRPC } from '#ui/trpc.tsx'
import { useEditor, useEditorState } from '../context.ts'
import type { TourFacts } from './steps.ts'

const lookEveryMs = 1500
const quietMs = 150

/** What the steps look at. Events count from the moment a step begins. */
export function useTourFacts(step: string): TourFacts & { last: string | null } {
  const { workspace } = useEditor()
  const trpc = useTRPC()
  const document = useEditorState((state) => state.document)
  const selected = useEditorState((state) => state.selected)
  const watching = step === 'send' || step === 'fail' || step === 'run'
  const newest = useQuery(trpc.events.list.queryOptions({ workspace, limit: 1, name: tourEvent }, { enabled: watching, refetchInterval: lookEveryMs, staleTime: quietMs }))
  const newestId = newest.isSuccess ? (newest.data.data[0]?.id ?? null) : undefined
  // What was sent before the step began is an older story.
  const before = useRef<{ step: string; id: string | null } | null>(null)
  if (newestId !== undefined && before.current?.step !== step) before.current = { step, id: newestId }
  const sent = newestId !== undefined && newestId !== null && before.current !== null && (step === 'run' || newestId !== before.current.id) ? newestId : null
  const event = useQuery(trpc.events.get.queryOptions({ workspace, id: sent ?? '' }, { enabled: sent !== null, refetchInterval: lookEveryMs }))
  const crm = useQuery(trpc.playground.services.queryOptions({ workspace }, { enabled: watching })).data?.find((one) => one.name === 'crm')
  const runs = sent === null || event.data === undefined || event.data.runs.length === 0 ? null
    : event.data.runs.map((run) => ({ id: run.id, function: run.function, status: shownStatus(run.status, run.why), ended: run.endedAt !== null }))
  return { document, selected, runs, crmFails: crm?.settings.mode === 'fail', last: sent }
}
