import { expect, test } from 'vitest'
import { compileCel } from '#expressions/cel.ts'
import { runStep } from '#steps/test-context.ts'

test('waits for an event with the same value', async () => {
  const { outcome, sync } = await runStep('wait', { event: 'invoice/paid', match: 'data.items[0].order-id', condition: 'async.data.n > 1 || false' }, { data: { items: [{ 'order-id': 'o1' }] } })
  expect(outcome).toEqual({ type: 'wait', event: 'invoice/paid', timeoutMs: 604_800_000, lookBack: true, condition: 'event["data"]["items"][0]["order-id"] == async["data"]["items"][0]["order-id"] && (async.data.n > 1 || false)' })
  expect(sync).toBe(true)
  const condition = compileCel((outcome as { condition: string }).condition)
  const of = (id: string, n: number) => condition.evaluate({ event: { data: { items: [{ 'order-id': 'o1' }] } }, async: { data: { n, items: [{ 'order-id': id }] } } })
  expect([of('o1', 2), of('o2', 2), of('o1', 0)]).toEqual([true, false, false])
})
test.each(['event.data.orderId', 'async.data.orderId'])('"%s" is the same place of both events as data.orderId', async (match) => {
  const { outcome } = await runStep('wait', { event: 'a/b', match }, { data: { orderId: 'o1' } })
  expect(outcome).toMatchObject({ condition: 'event["data"]["orderId"] == async["data"]["orderId"]' })
})
test('any event of the name', async () => expect((await runStep('wait', { event: 'a/b', timeout: '1m', lookBack: false })).outcome).toEqual({ type: 'wait', event: 'a/b', timeoutMs: 60_000, lookBack: false }))
test('a value that is not there cannot match', async () =>
  await expect(runStep('wait', { event: 'a/b', match: 'data.orderId' })).rejects.toMatchObject({ code: 'step_missing_value', field: 'match', message: '`event.data.orderId` is missing.' }))
test('nor can null, which is the same in events that have nothing to do with each other', async () =>
  await expect(runStep('wait', { event: 'a/b', match: 'data.order.id' }, { data: { order: { id: null } } })).rejects.toMatchObject({ code: 'step_missing_value', field: 'match', message: '`event.data.order.id` is null.' }))
test('a broken condition is said at once', async () => await expect(runStep('wait', { event: 'a/b', condition: 'async.' })).rejects.toMatchObject({ code: 'step_input', field: 'condition' }))
