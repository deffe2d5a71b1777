/** A note is as tall as its text needs. Pure. */
import type { GraphDocument } from '#graph/document.ts'
import { updateNode } from '#graph/edit/update-node.ts'

const charWidth = 5.9
const lineHeight = 16
const top = 8

export function writeNote(document: GraphDocument, id: string, text: string): GraphDocument {
  const written = updateNode(document, id, { text })
  const node = written.nodes[id]
  // A text that is too long is not taken: then there is nothing to fit.
  if (node?.type !== 'note' || node.text !== text) return written
  // A coloured note has a margin, and its shape in the corner.
  const width = node.colour === undefined ? node.size.w : node.size.w - 28
  const perLine = Math.max(8, Math.floor(width / charWidth))
  const lines = text.split('\n').reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / perLine)), 0)
  const h = Math.max(32, Math.ceil((top + lines * lineHeight) / 8) * 8)
  return h <= node.size.h ? written : updateNode(written, id, { size: { w: node.size.w, h } })
}
