/** What names a function by its slug, once that got another: functions to call on a failure, and steps that invoke. Pure. */
import type { GraphNode } from '#graph/document.ts'

/** The same node when it names none of them. */
export function followSlugs(node: GraphNode, slugs: ReadonlyMap<string, string>): GraphNode {
  const of = (slug: unknown): string | undefined => (typeof slug === 'string' ? slugs.get(slug.trim()) : undefined)
  if (node.type === 'function') {
    const to = of(node.onFailure)
    return to === undefined ? node : { ...node, onFailure: to }
  }
  if (node.type !== 'step' || node.kind !== 'invoke') return node
  const to = of(node.config.function)
  return to === undefined ? node : { ...node, config: { ...node.config, function: to } }
}
