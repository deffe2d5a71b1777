import { expect, test } from 'vitest'
import { stepDefinitions } from '#steps/definitions.ts'
import { runStep } from '#steps/test-context.ts'

test('sends one event', async () => {
  const { outcome, sync } = await runStep('emit', { event: 'order/confirmed', data: '{ "id": "{{ event.data.id }}", "total": {{ steps.charge.total }} }', id: '{{ event.data.id }}' }, { data: { id: 'o1' }, steps: { charge: { total: 5 } } })
  expect(outcome).toEqual({ type: 'emit', events: [{ name: 'order/confirmed', data: { id: 'o1', total: 5 }, id: 'o1' }], input: { name: 'order/confirmed', data: { id: 'o1', total: 5 } } })
  expect(sync).toBe(true)
})
test('data is an object, an empty id is none', async () => {
  expect((await runStep('emit', { event: 'a/b' })).outcome).toEqual({ type: 'emit', events: [{ name: 'a/b', data: {} }], input: { name: 'a/b', data: {} } })
  await expect(runStep('emit', { event: 'a/b', data: '{{ event.id }}' })).rejects.toMatchObject({ code: 'step_input', field: 'data', message: 'Event data must be an object, but this is text.' })
})
test('names what it sends', () => expect(stepDefinitions.emit.emits?.({ event: 'a/b', data: '{}', id: '' })).toBe('a/b'))
