import { expect, test } from 'vitest'
import { defaultBackoff, type FunctionDefinition, type StepDefinition } from '#graph/definition.ts'
import { eventReads } from '#graph/event-reads.ts'

const step = (kind: StepDefinition['kind'], config: StepDefinition['config'], rest: Partial<StepDefinition> = {}): StepDefinition => ({ id: kind, nodeId: kind, name: kind, kind, config, after: [], ...rest })
const fn = (steps: StepDefinition[], rest: Partial<FunctionDefinition> = {}): FunctionDefinition => ({
  slug: 'charge', name: 'charge', nodeId: 'n', triggers: [{ type: 'event', event: 'order/placed' }], retries: 4, backoff: defaultBackoff, steps, hash: 'h', ...rest,
})
const found = (definition: FunctionDefinition) => eventReads(definition).map(({ path, required }) => `${path.join('.')}${required ? '' : '?'}`)

test('fields of the event in templates, JSON, code and conditions, each once', () => {
  expect(found(fn([
    step('mail', { to: '{{ event.data.email }}', subject: 'Hi {{ event.data.name ?? "you" }}', body: '{{ steps.a.b }} {{ event.id }}', from: '' }),
    step('emit', { event: 'x/y', data: '{ "o": {{ event.data.order.id }}, "e": "{{ event.data.email }}" }', id: '' }),
    step('code', { code: 'return event.data.total * 2', timeout: '1s', memoryMb: 8 }),
  ], { triggers: [{ type: 'event', event: 'order/placed', if: 'event.data.plan == "pro"' }], concurrency: { limit: 1, key: 'event.data.account' } })))
    .toEqual(['plan?', 'account?', 'email', 'name?', 'order.id', 'total?'])
})

test('a list that is gone through is read, its items are not fields', () => {
  expect(found(fn([step('http', { method: 'GET', url: 'https://x.dev/{{ item.id }}/{{ event.data.items[0].sku }}', query: [], headers: [] }, { each: { items: '{{ event.data.items }}', concurrency: 1 } })]))).toEqual(['items'])
})

test('a text that cannot be read counts for nothing; the whole of the data names no field', () => {
  expect(found(fn([step('mail', { to: '{{ event.', subject: '{{ event.data }}', body: '', from: '' })]))).toEqual([])
})
