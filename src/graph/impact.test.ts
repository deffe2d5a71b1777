import { expect, test } from 'vitest'
import { examples } from '#examples/list.ts'
import { compile } from '#graph/compile/index.ts'
import type { GraphDocument } from '#graph/document.ts'
import { removeElements } from '#graph/edit/remove.ts'
import { updateNode } from '#graph/edit/update-node.ts'
import { functionDifferences } from '#graph/differences.ts'
import { impactOf } from '#graph/impact.ts'

const side = (document: GraphDocument) => ({ document, functions: compile(document, { functionsElsewhere: [] }).functions })
const order = examples.find((one) => one.slug === 'order-cascade')!.draw()
const fn = (document: GraphDocument, slug: string) => side(document).functions.find((one) => one.slug === slug)!

test('an emit that goes leaves its listeners without a sender, here and elsewhere', () => {
  const after = removeElements(order, new Set(['s_process-order_confirm']))
  const { unsent, events } = impactOf(side(order), side(after), [{ slug: 'invoice', workflow: 'billing', events: ['order/*'], emits: [] }, { slug: 'other', workflow: 'x', events: ['a/b'] }])
  expect(events).toEqual([])
  expect(unsent.map((one) => [one.slug, one.workflow, one.event])).toContainEqual(['invoice', 'billing', 'order/confirmed'])
  expect(unsent).toHaveLength(5)
})

test('what sends to a removed listener is named, unless somebody else still listens', () => {
  const gone = Object.values(order.nodes).filter((node) => node.type === 'function' && node.slug !== 'process-order').map((node) => node.id)
  const after = removeElements(order, new Set(gone))
  expect(impactOf(side(order), side(after), []).unheard).toEqual([{ slug: 'process-order', workflow: null, event: 'order/confirmed' }])
  expect(impactOf(side(order), side(after), [{ slug: 'x', workflow: 'y', events: ['order/confirmed'] }]).unheard).toEqual([])
  expect(impactOf(side(order), side(after), []).events).toMatchObject([{ event: 'order/confirmed', gains: [], remain: [], senders: [{ slug: 'process-order', workflow: null }] }])
})

test('runs that wait for an event, or end by it, hear it too, here and elsewhere', () => {
  const noEmit = removeElements(order, new Set(['s_process-order_confirm']))
  const elsewhere = [{ slug: 'feedback', workflow: 'care', events: ['order/placed'], waits: ['order/confirmed'] }, { slug: 'remind', workflow: 'care', events: ['cart/left'], ends: ['order/*'] }]
  const { unsent } = impactOf(side(order), side(noEmit), elsewhere)
  expect(unsent).toContainEqual({ slug: 'feedback', workflow: 'care', event: 'order/confirmed', how: 'waits' })
  expect(unsent).toContainEqual({ slug: 'remind', workflow: 'care', event: 'order/confirmed', how: 'ends' })
  const gone = Object.values(order.nodes).filter((node) => node.type === 'function' && node.slug !== 'process-order').map((node) => node.id)
  const unlistened = impactOf(side(order), side(removeElements(order, new Set(gone))), elsewhere)
  expect(unlistened.unheard).toEqual([])
  expect(unlistened.events).toMatchObject([{ event: 'order/confirmed', remain: [], waiting: [{ slug: 'feedback', workflow: 'care' }, { slug: 'remind', workflow: 'care' }] }])
})

test('differences name step, field, old and new', () => {
  const step = order.nodes['s_process-order_charge']!
  const after = updateNode(updateNode(order, step.id, { config: { ...(step as { config: object }).config, url: 'playground://billing/charges/v2' } }), 'f_process-order', { retries: 9 })
  expect(functionDifferences(fn(order, 'process-order'), fn(after, 'process-order'))).toEqual([
    { change: 'changed', part: 'Retries', from: 4, to: 9 },
    { change: 'changed', part: 'Step charge', field: 'url', from: 'playground://billing/charges', to: 'playground://billing/charges/v2', nodeId: step.id },
  ])
  expect(functionDifferences(fn(order, 'process-order'), fn(order, 'process-order'))).toEqual([])
  const removed = functionDifferences(fn(order, 'process-order'), fn(removeElements(order, new Set(['s_process-order_confirm'])), 'process-order'))
  expect(removed).toMatchObject([{ change: 'removed', part: 'Step confirm' }])
})

test('an event under another condition is one change; another event is one that came and one that went', () => {
  const base = fn(order, 'process-order')
  const on = (...triggers: typeof base.triggers) => ({ ...base, triggers })
  const dear = { type: 'event' as const, event: 'order/placed', if: 'event.data.totalCents > 100' }
  expect(functionDifferences(base, on(dear))).toEqual([{ change: 'changed', part: 'Trigger', from: 'order/placed', to: 'order/placed if event.data.totalCents > 100' }])
  expect(functionDifferences(base, on({ type: 'event', event: 'order/paid' }))).toEqual([{ change: 'added', part: 'Trigger', to: 'order/paid' }, { change: 'removed', part: 'Trigger', from: 'order/placed' }])
  expect(functionDifferences(base, on(...base.triggers, dear))).toEqual([{ change: 'added', part: 'Trigger', to: 'order/placed if event.data.totalCents > 100' }])
})

test('of an event that loses functions: who goes on sending it, who still reacts, and who calls what is gone from elsewhere', () => {
  const gone = Object.values(order.nodes).filter((node) => node.type === 'function' && node.slug === 'send-order-sms').map((node) => node.id)
  const after = removeElements(order, new Set(gone))
  const { events, uncalled } = impactOf(side(order), side(after), [
    { slug: 'books', workflow: 'billing', events: ['order/*'], emits: ['order/confirmed'] },
    { slug: 'night', workflow: 'jobs', events: [], calls: ['send-order-sms', 'other'] },
  ])
  expect(events).toMatchObject([{ event: 'order/confirmed', loses: ['send-order-sms'], senders: [{ slug: 'process-order', workflow: null }, { slug: 'books', workflow: 'billing' }] }])
  expect(events[0]!.remain).toContainEqual({ slug: 'books', workflow: 'billing' })
  expect(uncalled).toEqual([{ slug: 'night', workflow: 'jobs', calls: 'send-order-sms' }])
})
