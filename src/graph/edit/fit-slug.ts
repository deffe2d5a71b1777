/** Frames are as wide as their names need, so a slug is read whole. Pure. */
import type { GraphDocument } from '#graph/document.ts'
import { resizeNode } from '#graph/edit/move.ts'
import { grid, roundUp } from '#graph/sizes.ts'

/** Room beside a slug: walls, a glyph, the version, the bars. */
const beside = 13 + 20 + 46 + 11

export function fitSlug(document: GraphDocument, id: string): GraphDocument {
  const node = document.nodes[id]
  if (node?.type !== 'function') return document
  const bars = node.retries > 8 ? 30 : node.retries * 6 + 8
  const needed = roundUp(Math.min(360, node.slug.length * 7.1 + beside + bars), grid)
  return needed <= node.size.w ? document : resizeNode(document, id, { w: needed, h: node.size.h })
}
