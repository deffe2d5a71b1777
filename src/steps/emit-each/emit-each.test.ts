import { describe, expect, test } from 'vitest'
import type { Json } from '#base/json.ts'
import type { EmitItem, StepOutcome } from '#steps/kind.ts'
import { runStep } from '#steps/test-context.ts'

type Each = Extract<StepOutcome, { type: 'emit-each' }>
const each = async (config: Record<string, Json>, list: Json) => {
  const { outcome, sent, sync } = await runStep('emit-each', { items: '{{ steps.fetch.body }}', event: 'digest/weekly.send', ...config }, { steps: { fetch: { body: list } }, data: { week: 7 } })
  return { outcome: outcome as Each, sent, sync }
}
const all = (outcome: Each): EmitItem[] => Array.from({ length: outcome.count }, (_, index) => outcome.make(index))
const users = (count: number) => Array.from({ length: count }, (_, n) => ({ id: `u${n}`, email: `u${n}@x.dev` }))

describe('one event per item', () => {
  test('from templates over item, index and the run', async () => {
    const { outcome } = await each({ data: '{ "id": "{{ item.id }}", "place": {{ index }}, "week": {{ event.data.week }} }', id: '{{ event.data.week }}-{{ item.id }}' }, users(2))
    expect(all(outcome)).toEqual([{ name: 'digest/weekly.send', data: { id: 'u0', place: 0, week: 7 }, id: '7-u0' }, { name: 'digest/weekly.send', data: { id: 'u1', place: 1, week: 7 }, id: '7-u1' }])
  })
  test('making is pure: any order, any number of times', async () => {
    const { outcome } = await each({ data: '{ "id": "{{ item.id }}" }' }, users(3))
    const [two, zero, again] = [outcome.make(2), outcome.make(0), outcome.make(2)]
    expect(again).toEqual(two)
    expect(zero.data).toEqual({ id: 'u0' })
  })
  test('the item itself is not copied', async () => {
    const list = users(2)
    const { outcome } = await each({}, list)
    expect(outcome.make(1).data).toBe(list[1])
  })
  test('no items, no events', async () => expect((await each({}, [])).outcome.count).toBe(0))
  test('expressions with calls are evaluated once for all items', async () => {
    const { outcome, sent } = await each({ data: '{ "at": "{{ item.email.split("@")[1] }}", "n": {{ index + 1 }}, "id": "{{ item.id }}" }', id: '{{ item.id.toUpperCase() }}' }, users(3))
    expect(all(outcome).map((item) => [item.data, item.id])).toEqual([0, 1, 2].map((n) => [{ at: 'x.dev', n: n + 1, id: `u${n}` }, `U${n}`]))
    expect(sent.evaluated).toEqual([['item.email.split("@")[1]', 'item.id.toUpperCase()']])
  })
  test('each starts its runs at a time of its own', async () => {
    const list = [{ id: 'a', due: '2027-01-01T08:00:00Z' }, { id: 'b', due: null }]
    expect(all((await each({ starts: '{{ item.due }}' }, list)).outcome).map((item) => item.starts)).toEqual([{ atMs: Date.UTC(2027, 0, 1, 8) }, undefined])
    expect(all((await each({ data: '{ "id": "{{ item.id.trim() }}" }', starts: '{{ index + 1 }}m' }, list)).outcome).map((item) => [item.data, item.starts])).toEqual([[{ id: 'a' }, { inMs: 60_000 }], [{ id: 'b' }, { inMs: 120_000 }]])
    const bare = all((await each({ data: '', id: '{{ item.id.toUpperCase() }}-{{ index }}', starts: '{{ item.due }}' }, list)).outcome)
    expect(bare).toEqual([{ name: 'digest/weekly.send', data: {}, id: 'A-0', starts: { atMs: Date.UTC(2027, 0, 1, 8) } }, { name: 'digest/weekly.send', data: {}, id: 'B-1' }])
    await expect(each({ starts: '{{ item.id }}' }, list)).rejects.toMatchObject({ field: 'starts', message: expect.stringMatching(/^Item 1: The start of its runs is "a"/) })
  })
  test('50,000 items are quick', async () => {
    const list = users(50_000)
    const began = performance.now()
    const { outcome } = await each({ data: '{ "id": "{{ item.id }}", "email": "{{ item.email }}" }' }, list)
    for (let index = 0; index < outcome.count; index++) outcome.make(index)
    const ms = performance.now() - began
    console.log(`50,000 items checked and made in ${Math.round(ms)} ms`)
    expect(outcome.count).toBe(50_000)
    expect(ms).toBeLessThan(2000)
  })
})
describe('mistakes', () => {
  test.each([[{ users: [] }, 'an object'], ['a,b', 'text'], [null, 'null'], [5, 'a number']])('%j is not a list', async (list, got) =>
    await expect(each({}, list as Json)).rejects.toMatchObject({ code: 'step_input', field: 'items', message: `Emit per item needs a list, but got ${got}.` }))
  test('a bad item fails the step before anything is sent, and is named', async () => {
    const list: Json[] = [...users(6000), { id: 'x' }]
    await expect(each({ data: '{ "email": "{{ item.email }}" }' }, list)).rejects.toMatchObject({ code: 'step_missing_value', field: 'data', message: 'Item 6001: `item.email` is missing.', facts: { index: 6000 } })
    await expect(each({ data: '{ "email": "{{ item.email.trim() }}" }' }, list)).rejects.toMatchObject({ code: 'step_missing_value', message: 'Item 6001: `item.email` is missing.' })
    await expect(each({}, ['a'])).rejects.toMatchObject({ code: 'step_input', message: 'Item 1: Event data must be an object, but this is text.' })
  })
})
