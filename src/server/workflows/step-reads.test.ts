import { expect, test } from 'vitest'
import type { StepDefinition } from '#graph/definition.ts'
import { readsOfStep, takeReads } from '#server/workflows/step-reads.ts'

const step = (kind: StepDefinition['kind'], config: StepDefinition['config']): StepDefinition => ({ id: 's', nodeId: 's', name: 'S', kind, config, after: [] })
const scope = { event: { id: 'evt_1', name: 'order/placed', data: { total: 5, customer: { name: 'Ada', age: 36 }, lines: [{ sku: 'a' }, { sku: 'b' }] }, ts: 9 }, steps: { look: { body: { id: 7, more: 'x' } } }, run: { attempt: 2 } }
const taken = (kind: StepDefinition['kind'], config: StepDefinition['config']) => takeReads(readsOfStep(step(kind, config))!, scope)

test('only what is read is taken, each path at its place', () => {
  expect(taken('transform', { fields: [{ name: 'a', value: '{{ event.data.customer.name }} of {{ steps.look.body.id }}' }] })).toEqual({ value: { event: { data: { customer: { name: 'Ada' } } }, steps: { look: { body: { id: 7 } } } }, absent: [], unkept: [] })
  expect(taken('condition', { mode: 'if', cases: [{ id: 'c1', label: '', when: 'event.data.total > 3 && run.attempt === 2' }] }).value).toEqual({ event: { data: { total: 5 } }, run: { attempt: 2 } })
})

test('a whole takes its parts in, a list is taken whole', () => {
  expect(taken('code', { code: 'const { name } = event.data.customer\nreturn event.data.customer.age + event.data.lines[1].sku' }).value).toEqual({ event: { data: { customer: { name: 'Ada', age: 36 }, lines: [{ sku: 'a' }, { sku: 'b' }] } } })
})

test('what is not there, and what is never kept, is named', () => {
  expect(taken('transform', { fields: [{ name: 'a', value: '{{ event.data.phone ?? env.REGION }}' }, { name: 'b', value: '{{ steps.gone.x }}{{ event.data.phone }}' }] })).toEqual({ value: {}, absent: ['event.data.phone', 'steps.gone.x'], unkept: ['env.REGION'] })
})

test('the value that a wait compares is read of the event', () => {
  expect(taken('wait', { event: 'invoice/paid', match: 'data.total', condition: 'async.data.amount >= event.data.customer.age' }).value).toEqual({ event: { data: { total: 5, customer: { age: 36 } } } })
})

test.each([['event.data.total', { total: 5 }], ['data.lines[1].sku', { lines: [{ sku: 'a' }, { sku: 'b' }] }]])('also where it is written %s', (match, data) => {
  expect(taken('wait', { event: 'invoice/paid', match })).toEqual({ value: { event: { data } }, absent: [], unkept: [] })
})

test('a text that cannot be read says so', () => {
  expect(readsOfStep(step('transform', { fields: [{ name: 'a', value: '{{ event.data. }}' }] }))).toBeNull()
})
