/** A drawing from elsewhere made at home in a workspace: slugs and addresses that are taken get new values, and what names them follows. Pure. */
import type { GraphDocument, GraphNode } from '#graph/document.ts'
import { newHookId } from '#graph/edit/add-node.ts'
import { followSlugs } from '#graph/edit/follow-slugs.ts'
import { freeName } from '#graph/edit/names.ts'

export interface Adopted {
  document: GraphDocument
  /** Functions that got another slug. */
  renamed: { from: string; to: string }[]
  webhooks: { name: string; newAddress: boolean }[]
}

export interface Taken {
  slugs: Iterable<string>
  /** Webhook addresses other workflows answer at; `true` = all of the drawing's own get new ones. */
  hooks: ReadonlySet<string> | true
}

export function adopt(document: GraphDocument, { slugs, hooks }: Taken): Adopted {
  const used = new Set(slugs)
  const all = Object.values(document.nodes)
  const names = new Map<string, string>()
  const nodes: Record<string, GraphNode> = {}
  const webhooks: Adopted['webhooks'] = []
  for (const node of all) {
    if (node.type === 'function') {
      const slug = freeName(node.slug, used, '-')
      used.add(slug)
      // Of two functions with one slug, what names it means the first.
      if (!names.has(node.slug)) names.set(node.slug, slug)
      nodes[node.id] = { ...node, slug }
    } else if (node.type === 'webhook') {
      const newAddress = hooks === true || hooks.has(node.hookId)
      webhooks.push({ name: node.name, newAddress })
      nodes[node.id] = newAddress ? { ...node, hookId: newHookId() } : node
    } else nodes[node.id] = node
  }
  for (const node of Object.values(nodes)) nodes[node.id] = followSlugs(node, names)
  const renamed = [...names].flatMap(([from, to]) => (from === to ? [] : [{ from, to }]))
  return { document: { ...document, nodes }, renamed, webhooks }
}
