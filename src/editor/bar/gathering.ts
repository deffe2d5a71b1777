/** Functions that make one run of several events: they collect them, or wait until no more come. Pure. */
import type { GraphDocument } from '#graph/document.ts'
import { matchesEvent } from '#graph/links.ts'

/** Slugs of those that react to the event. */
export function gatheringOf({ nodes, edges }: GraphDocument, event: string): string[] {
  const slugs = Object.values(edges).flatMap((edge) => {
    const [source, target] = [nodes[edge.source], nodes[edge.target]]
    const reacts = edge.type === 'subscription' && source?.type === 'event' && source.event !== '' && matchesEvent(source.event, event)
    return reacts && target?.type === 'function' && (target.debounce !== undefined || target.batch !== undefined) ? [target.slug] : []
  })
  return [...new Set(slugs)].sort()
}
