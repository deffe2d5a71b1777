import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { examples } from '#examples/list.ts'
import type { GraphDocument } from '#graph/document.ts'
import { tidyUp } from '#graph/layout.ts'
import { randomDocument } from '#graph/random-edits.ts'
import { nodeSize } from '#graph/sizes.ts'

function overlaps(document: GraphDocument): string[] {
  const boxes = Object.values(document.nodes).flatMap((node) => {
    const frame = node.type === 'step' ? document.nodes[node.parent] : undefined
    // Steps of a collapsed frame are not drawn.
    if (frame?.type === 'function' && frame.collapsed === true) return []
    return { id: node.id, frame: frame?.id, x: node.position.x + (frame?.position.x ?? 0), y: node.position.y + (frame?.position.y ?? 0), ...nodeSize(node) }
  })
  return boxes.flatMap((a, i) => boxes.slice(i + 1)
    .filter((b) => a.frame !== b.id && b.frame !== a.id && a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h)
    .map((b) => `${a.id} over ${b.id}`))
}

describe('tidyUp', () => {
  test.each(examples)('$slug: nothing overlaps, functions of one event keep their order, twice is once', async ({ draw }) => {
    const before = draw()
    const after = await tidyUp(before)
    expect(overlaps(after)).toEqual([])
    expect(await tidyUp(after)).toEqual(after)
    const reactions = (document: GraphDocument) => Object.values(document.edges)
      .filter((edge) => edge.type === 'subscription')
      .sort((a, b) => a.source.localeCompare(b.source) || document.nodes[a.target]!.position.y - document.nodes[b.target]!.position.y)
      .map((edge) => edge.target)
    expect(reactions(after)).toEqual(reactions(before))
    for (const edge of Object.values(after.edges)) expect(after.nodes[edge.source]!.position.x).toBeLessThan(after.nodes[edge.target]!.position.x)
  })

  test('any drawing comes out without overlaps and settled; only places and frame sizes change', async () => {
    await fc.assert(fc.asyncProperty(randomDocument, async (document) => {
      const after = await tidyUp(document)
      expect(overlaps(after)).toEqual([])
      expect(await tidyUp(after)).toEqual(after)
      expect(after.edges).toEqual(document.edges)
      const plain = (one: GraphDocument) => Object.values(one.nodes).map((node) => ({ ...node, position: null, size: null }))
      expect(plain(after)).toEqual(plain(document))
    }), { numRuns: 20 })
  })

  test('a selection is tidied where it stands; nothing else moves', async () => {
    await fc.assert(fc.asyncProperty(randomDocument, fc.integer({ min: 1, max: 5 }), async (document, every) => {
      const outer = Object.values(document.nodes).filter((node) => node.type !== 'step' && node.type !== 'note')
      const only = new Set(outer.filter((_, i) => i % every === 0).map((node) => node.id))
      const after = await tidyUp(document, only)
      for (const node of Object.values(after.nodes)) {
        const chosen = only.has(node.type === 'step' ? node.parent : node.id)
        if (!chosen && node.type !== 'note') expect(node).toEqual(document.nodes[node.id])
      }
    }), { numRuns: 20 })
  })
})
