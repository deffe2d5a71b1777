'use client'
/** What a condition of a Wait step reads of the event that arrives: from that event's own data, where it is known. */
import { useMemo } from 'react'
import type { StepNode } from '#graph/document.ts'
import { awaitedEvent, matchesEvent } from '#graph/links.ts'
import { useEditor, useEditorState } from '../context.ts'
import { useDataAtHand } from '../data/data-at-hand.ts'
import { dataRows } from '../inspector/readable-data.ts'
import { asyncPaths, type EventPath } from './event-path.ts'

/** `paths` are those of the event that began the run: what is offered while nothing is known of the other. */
export function useAwaitedPaths(step: StepNode, paths: EventPath[]): EventPath[] {
  const name = awaitedEvent(step)
  const nodes = useEditorState((state) => state.document.nodes)
  const data = useDataAtHand()
  const real = useEditor().catalog.samples
  return useMemo(() => {
    if (name === null) return asyncPaths(paths)
    const drawn = Object.values(nodes).find((node) => node.type === 'event' && node.event !== '' && matchesEvent(node.event, name))
    const known = (drawn === undefined ? undefined : data.events.get(drawn.id)?.data) ?? (real !== undefined && Object.hasOwn(real, name) ? real[name]![0] : undefined)
    return known === undefined ? asyncPaths(paths) : dataRows('async.data', known).filter((one) => one.path !== 'async.data').map(({ path, value }) => ({ path, value }))
  }, [name, nodes, data, real, paths])
}
