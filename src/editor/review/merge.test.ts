import { expect, test } from 'vitest'
import type { GraphDocument } from '#graph/document.ts'
import { differenceWords, mergeDrawings } from './merge.ts'

const before: GraphDocument = {
  version: 1,
  nodes: {
    ev: { id: 'ev', type: 'event', position: { x: 0, y: 0 }, event: 'a/b' },
    fn: { id: 'fn', type: 'function', position: { x: 200, y: 0 }, size: { w: 300, h: 130 }, slug: 'one', retries: 4 },
    s: { id: 's', type: 'step', parent: 'fn', position: { x: 24, y: 40 }, key: 'one', name: 'One', kind: 'transform', config: {} },
  },
  edges: { e: { id: 'e', type: 'subscription', source: 'ev', target: 'fn' } },
}

test('moving, collapsing and pinning mark nothing; a step that went stays in the picture, marked', () => {
  const moved = structuredClone(before)
  moved.nodes.ev!.position = { x: 50, y: 50 }
  expect(mergeDrawings(before, moved).marks).toEqual({})
  moved.nodes.fn = { ...moved.nodes.fn!, collapsed: true } as never
  moved.nodes.s = { ...moved.nodes.s!, pinned: { id: 1 } } as never
  expect(mergeDrawings(before, moved).marks).toEqual({})
  const { s: _s, ...nodes } = before.nodes
  const merged = mergeDrawings(before, { ...before, nodes })
  expect(merged.marks).toEqual({ s: 'removed' })
  expect(merged.document.nodes.s).toEqual(before.nodes.s)
})

test('what went does not cover what came in its place', () => {
  const { ev, fn, s } = before.nodes
  const anew: GraphDocument = { ...before, nodes: { ev: ev!, fn2: { ...fn!, id: 'fn2', slug: 'two' } as never }, edges: {} }
  const { document } = mergeDrawings(before, anew)
  expect(document.nodes.fn2).toEqual(anew.nodes.fn2)
  const [was, is] = [document.nodes.fn!, document.nodes.fn2!]
  expect(Math.abs(was.position.y - is.position.y)).toBeGreaterThanOrEqual(130)
  expect(document.nodes.s).toEqual(s)
  const frame = mergeDrawings(before, { ...before, nodes: { ev: ev!, fn: fn!, s2: { ...s!, id: 's2', key: 'two' } as never } }).document.nodes
  expect(frame.s!.position.y).toBeGreaterThanOrEqual(frame.s2!.position.y + 44)
  expect((frame.fn as { size: { h: number } }).size.h).toBeGreaterThan(frame.s!.position.y + 44)
})

test('a line drawn anew is the same line; one with another condition is changed', () => {
  const again: GraphDocument = { ...before, edges: { e2: { ...before.edges.e!, id: 'e2' } as never } }
  expect(mergeDrawings(before, again).marks).toEqual({})
  const narrowed: GraphDocument = { ...before, edges: { e: { ...before.edges.e!, if: 'event.data.x > 1' } as never } }
  expect(mergeDrawings(before, narrowed).marks).toEqual({ e: 'changed' })
})

test('what is new is added, what is different is changed', () => {
  const after = structuredClone(before)
  after.nodes.fn = { ...after.nodes.fn!, retries: 9 } as never
  after.nodes.s2 = { ...after.nodes.s!, id: 's2', key: 'two' } as never
  after.edges.o = { id: 'o', type: 'order', source: 's', target: 's2', port: 'out' }
  expect(mergeDrawings(before, after).marks).toEqual({ fn: 'changed', s2: 'added', o: 'added' })
})

test('the differences are counted by kind; lines of what came or went are not', () => {
  const words = (was: GraphDocument, is: GraphDocument): string => differenceWords(mergeDrawings(was, is))
  const { ev } = before.nodes
  const eventOnly: GraphDocument = { version: 1, nodes: { ev: ev! }, edges: {} }
  expect(words(before, eventOnly)).toBe('Removed: 1 function, 1 step.')
  expect(words(eventOnly, before)).toBe('New: 1 function, 1 step.')
  expect(words(before, { ...before, edges: {} })).toBe('Removed: 1 line.')
  expect(words(before, { ...before, nodes: { ...before.nodes, fn: { ...before.nodes.fn!, retries: 9 } as never } })).toBe('Changed: 1 function.')
  expect(words(before, before)).toBe('Nothing is drawn differently.')
})
