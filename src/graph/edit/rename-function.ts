/** A function's slug is what others of the drawing call it by: they follow it. Pure. */
import type { GraphDocument } from '#graph/document.ts'
import { fitSlug } from '#graph/edit/fit-slug.ts'
import { followSlugs } from '#graph/edit/follow-slugs.ts'
import { functionsOf } from '#graph/edit/names.ts'
import { updateNode } from '#graph/edit/update-node.ts'

/** Steps and functions that name this function; none while another one has its slug, too. */
export function callersOf(document: GraphDocument, id: string): string[] {
  const node = document.nodes[id]
  if (node?.type !== 'function' || node.slug === '' || functionsOf(document).some((one) => one.id !== id && one.slug === node.slug)) return []
  const renamed = new Map([[node.slug, '']])
  return Object.values(document.nodes).flatMap((one) => (followSlugs(one, renamed) === one ? [] : [one.id]))
}

/** @param callers what follows, as far as it still names this function: a slug that is being typed may be empty, or another's, for a while */
export function renameFunction(document: GraphDocument, id: string, slug: string, callers: Iterable<string>): GraphDocument {
  const [was, next] = [document.nodes[id], updateNode(document, id, { slug })]
  const is = next.nodes[id]
  if (was?.type !== 'function' || is?.type !== 'function' || is.slug === was.slug) return next
  const renamed = new Map([[was.slug, is.slug]])
  const nodes = { ...next.nodes }
  for (const caller of callers) if (Object.hasOwn(nodes, caller)) nodes[caller] = followSlugs(nodes[caller]!, renamed)
  return fitSlug({ ...next, nodes }, id)
}
