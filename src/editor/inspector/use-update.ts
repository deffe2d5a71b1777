'use client'
import type { GraphNode } from '#graph/document.ts'
import { updateNode, whyRefused } from '#graph/edit/update-node.ts'
import { nodeTitle } from '#canvas/describe.ts'
import { useEditor } from '../context.ts'
import { isRefused } from './refused.ts'

/** Fields as undo names them, where that is not what the drawing calls them. */
const words: Record<string, string> = {
  event: 'name', sample: 'sample data', dedupePath: 'equal deliveries', each: 'repetition', backoff: 'waits between tries', onFailure: 'what happens on failure',
  concurrency: 'limit', concurrency2: 'second limit', rateLimit: 'rate limit', singleton: 'one run at a time', idempotency: 'same work once', cancelOn: 'events that end runs', timeouts: 'time limits',
  cron: 'times', timezone: 'time zone', missed: 'missed times',
}

/** Writes one field of a node; typing in it is one gesture. */
export function useUpdate(node: GraphNode): (field: string, value: unknown) => void {
  const { editor } = useEditor()
  return (field, value) => {
    const patch = { [field]: value }
    if (isRefused(whyRefused(editor.store.getState().document, node.id, patch))) return
    editor.edit(`Edit ${words[field] ?? field} of ${nodeTitle(node)}`, (document) => updateNode(document, node.id, patch), { group: `${node.id}.${field}` })
  }
}
