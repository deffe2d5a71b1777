'use client'
/** Paths of the events that start a function, with today's value: what keys and conditions complete from. */
import { useMemo } from 'react'
import type { Json } from '#base/json.ts'
import type { GraphDocument, StepNode } from '#graph/document.ts'
import { useEditor, useEditorState } from '../context.ts'
import type { EventPath } from '../form/event-path.ts'
import { dataRows, stepRows, stepsBefore } from './readable-data.ts'

export function useEventPaths(functionId: string): EventPath[] {
  const document = useEditorState((state) => state.document)
  const { catalog } = useEditor()
  return useMemo(() => eventPaths(document, functionId, catalog.samples ?? {}), [document, functionId, catalog.samples])
}

/** What a step's own conditions can read: the event, and the steps before it. */
export function useStepPaths(step: StepNode): EventPath[] {
  const document = useEditorState((state) => state.document)
  const event = useEventPaths(step.parent)
  return useMemo(() => [...event, ...stepsBefore(document, step).flatMap(stepRows).map(({ path, value }) => ({ path, value }))], [document, event, step])
}

/** Samples of the drawing first, then what really arrived; each path once. */
export function eventPaths(document: GraphDocument, functionId: string, samples: Record<string, Json[]>): EventPath[] {
  const known = Object.values(document.edges).flatMap((edge): Json[] => {
    const source = edge.type === 'subscription' && edge.target === functionId ? document.nodes[edge.source] : undefined
    if (source?.type !== 'event') return []
    return [...(source.sample === undefined ? [] : [source.sample]), ...(Object.hasOwn(samples, source.event) ? samples[source.event]! : [])]
  })
  const seen = new Map<string, EventPath>()
  for (const sample of known) for (const { path, value } of dataRows('event.data', sample)) if (path !== 'event.data' && !seen.has(path)) seen.set(path, { path, value })
  return [...seen.values(), { path: 'event.id', value: '' }, { path: 'event.name', value: '' }]
}
