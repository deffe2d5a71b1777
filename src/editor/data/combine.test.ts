import { expect, test } from 'vitest'
import { emptyDocument } from '#graph/document.ts'
import { addEvent } from '#graph/edit/add-node.ts'
import { updateNode } from '#graph/edit/update-node.ts'
import type { WorkflowData } from '#server/workflows/data-at-hand.ts'
import { combineData, sameData } from './combine.ts'
import { readChoice } from './sample-choice.ts'

const drawn = (sample?: { n: number }) => {
  const { document } = addEvent(emptyDocument(), { id: 'ev', position: { x: 0, y: 0 }, event: 'order/placed' })
  return (sample === undefined ? document : updateNode(document, 'ev', { sample })).nodes
}
const real: WorkflowData = {
  events: { 'order/placed': { id: 'evt_1', name: 'order/placed', data: { n: 7 }, ts: 5, receivedAt: '2026-11-25T00:00:00.000Z' } },
  steps: { gone: { state: 'completed', runId: 'run_1', eventId: 'evt_1', at: '2026-11-25T00:00:00.000Z' } },
}

test('a real event goes before the written sample, unless that one was chosen', () => {
  expect(combineData(drawn({ n: 1 }), real, []).events.get('ev')).toMatchObject({ id: 'evt_1', data: { n: 7 } })
  expect(combineData(drawn({ n: 1 }), real, ['ev']).events.get('ev')).toMatchObject({ id: null, data: { n: 1 } })
  expect(combineData(drawn(), real, ['ev']).events.get('ev')).toMatchObject({ id: 'evt_1' })
})

test('without a real one the written sample is there, and without either nothing is', () => {
  expect(combineData(drawn({ n: 1 }), undefined, []).events.get('ev')).toMatchObject({ id: null, data: { n: 1 } })
  expect(combineData(drawn(), undefined, []).events.size).toBe(0)
})

test('a node that was moved is no news', () => {
  const nodes = drawn({ n: 1 })
  const moved = { ev: { ...nodes['ev']!, position: { x: 9, y: 9 } } }
  for (const own of [[], ['ev']]) expect(sameData(combineData(nodes, real, own), combineData(moved, real, own))).toBe(true)
  expect(sameData(combineData(nodes, real, []), combineData(nodes, real, ['ev']))).toBe(false)
  expect(sameData(combineData(nodes, real, []), combineData(nodes, { ...real, events: {} }, []))).toBe(false)
})

test('steps that are not drawn any more are left out', () => {
  expect(combineData(drawn(), real, []).steps.size).toBe(0)
})

test('what the browser kept is read with care', () => {
  expect(readChoice('{"event":"evt_1","own":["a",3]}')).toEqual({ event: 'evt_1', own: ['a'] })
  for (const text of [null, 'nonsense', '{"event":5,"own":"x"}', 'null', '[]']) expect(readChoice(text)).toEqual({ event: null, own: [] })
})
