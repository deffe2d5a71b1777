/** The webhook addresses of a document, and the event each one turns requests into. */
import { byId, own } from '#graph/compile/model.ts'
import type { GraphDocument } from '#graph/document.ts'

export interface WebhookSource {
  type: 'webhook'
  hookId: string
  nodeId: string
  name: string
  /** Null until it is connected to an event with an exact name. */
  event: string | null
  dedupePath?: string
}

export function webhookSources(document: GraphDocument): WebhookSource[] {
  const sources: WebhookSource[] = []
  for (const node of Object.values(document.nodes).sort(byId)) {
    if (node.type !== 'webhook') continue
    const feed = Object.values(document.edges).sort(byId).find((edge) => edge.type === 'feed' && edge.source === node.id)
    const target = feed === undefined ? undefined : own(document.nodes, feed.target)
    const name = target?.type === 'event' ? target.event : ''
    const dedupePath = node.dedupePath?.trim()
    sources.push({
      type: 'webhook', hookId: node.hookId, nodeId: node.id, name: node.name,
      event: name === '' || name.includes('*') ? null : name,
      ...(dedupePath ? { dedupePath } : {}),
    })
  }
  return sources
}
