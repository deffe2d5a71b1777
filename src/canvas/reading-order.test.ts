import { expect, test } from 'vitest'
import type { GraphDocument } from '#graph/document.ts'
import { readingOrder } from './reading-order.ts'

const at = (x: number, y: number) => ({ position: { x, y } })
const step = (id: string, parent: string, x: number, y = 40) => ({ id, type: 'step', parent, ...at(x, y), key: id, name: id, kind: 'transform', config: {} })
const fn = (id: string, x: number, y: number) => ({ id, type: 'function', ...at(x, y), size: { w: 300, h: 130 }, slug: id, retries: 4 })
const line = (type: string, source: string, target: string) => ({ id: `${source}-${target}`, type, source, target, ...(type === 'order' ? { port: 'out' } : {}) })

/** As a database gives it back: in no order that means anything. */
const drawing = {
  version: 1,
  nodes: Object.fromEntries([
    step('charge', 'pay', 24), { id: 'note', type: 'note', ...at(0, -200), size: { w: 200, h: 60 }, text: 'Hi' }, fn('tell', 300, 200), step('send', 'pay', 180),
    fn('pay', 300, 0), { id: 'paid', type: 'event', ...at(700, 20), event: 'order/paid' }, fn('ship', 900, 0), step('text', 'tell', 24), { id: 'placed', type: 'event', ...at(0, 60), event: 'order/placed' },
  ].map((node) => [node.id, node])),
  edges: Object.fromEntries([line('subscription', 'placed', 'tell'), line('order', 'charge', 'send'), line('subscription', 'paid', 'ship'), line('subscription', 'placed', 'pay')].map((edge) => [edge.id, edge])),
} as unknown as GraphDocument
const order = (document: GraphDocument): string[] => [...readingOrder(document, [{ stepId: 'send', eventNodeId: 'paid', perItem: false }]).keys()]

test('what starts comes before what it starts, steps after their function, notes last', () => {
  expect(order(drawing)).toEqual(['placed', 'pay', 'charge', 'send', 'paid', 'ship', 'tell', 'text', 'note'])
})

test('every node has its place once, also where lines go round in a circle', () => {
  const round = { ...drawing, edges: { ...drawing.edges, back: line('order', 'send', 'charge') } } as unknown as GraphDocument
  expect(order(round).toSorted()).toEqual(Object.keys(drawing.nodes).toSorted())
  expect(order({ ...round, nodes: Object.fromEntries(Object.entries(round.nodes).toReversed()) })).toEqual(order(round))
})
