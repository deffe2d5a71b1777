import { expect, test } from 'vitest'
import { compile } from '#graph/compile/index.ts'
import { emptyDocument, graphDocument } from '#graph/document.ts'
import { emptyCatalog } from '#graph/compile/catalog.ts'
import { beginWithSchedule, beginWithWebhook } from './begin.ts'

const hookId = 'a-hook-id-of-ours'

test('the webhook door draws a webhook that feeds an event, at the address it showed', () => {
  const { document, id } = beginWithWebhook(emptyDocument(), { x: 403, y: 299 }, { hookId, workflow: 'inbound-leads' })
  const nodes = Object.values(document.nodes)
  expect(document.nodes[id]).toMatchObject({ type: 'webhook', hookId })
  const event = nodes.find((node) => node.type === 'event')!
  expect(event).toMatchObject({ event: 'inbound-leads/received' })
  expect(Object.values(document.edges)).toMatchObject([{ type: 'feed', source: id, target: event.id }])
  expect(nodes.every((node) => node.position.x % 8 === 0 && node.position.y % 8 === 0)).toBe(true)
  expect(graphDocument.parse(document)).toEqual(document)
})

test('the schedule door draws a schedule that starts a function with a free slug', () => {
  const { document, id } = beginWithSchedule(emptyDocument(), { x: 0, y: 0 }, { timezone: 'Europe/Berlin', taken: ['function'] })
  expect(document.nodes[id]).toMatchObject({ type: 'schedule', timezone: 'Europe/Berlin' })
  const target = Object.values(document.nodes).find((node) => node.type === 'function')!
  expect(target).toMatchObject({ slug: 'function-2' })
  expect(Object.values(document.edges)).toMatchObject([{ type: 'subscription', source: id, target: target.id }])
  // Nothing is wrong with it but that it has no step yet.
  expect(compile(document, emptyCatalog).diagnostics.filter((one) => one.nodeId === id)).toEqual([])
})
