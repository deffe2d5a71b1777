import { expect, test } from 'vitest'
import { stepDefinitions } from '#steps/definitions.ts'
import type { EmitItem } from '#steps/kind.ts'
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

test('its runs may start later: at a date, or so long after it', async () => {
  const starts = async (text: string, data = {}) => {
    const { outcome } = await runStep('emit', { event: 'a/b', starts: text }, { data })
    return (outcome as { events: EmitItem[] }).events[0]!.starts
  }
  expect(await starts('2h')).toEqual({ inMs: 7_200_000 })
  expect(await starts('{{ event.data.days }}d', { days: 2 })).toEqual({ inMs: 172_800_000 })
  expect(await starts('{{ event.data.at }}', { at: '2026-12-24 09:00' })).toEqual({ atMs: Date.UTC(2026, 11, 24, 9) })
  expect(await starts('{{ event.data.at }}', { at: 1_700_000_000_000 })).toEqual({ atMs: 1_700_000_000_000 })
  expect(await starts('{{ event.data.at }}', { at: null })).toBeUndefined()
})
test.each(['soon', '{{ event.data.x }}', '9000d'])('"%s" is no start', async (starts) =>
  expect(runStep('emit', { event: 'a/b', starts }, { data: { x: true } })).rejects.toMatchObject({ code: 'step_input', field: 'starts' }))
