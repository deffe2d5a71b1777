/** Configs whose texts need the sandbox, through the real one. */
import { expect, test } from 'vitest'
import { testPool } from '#expressions/sandbox/test-pool.ts'
import { runStep } from '#steps/test-context.ts'

const pool = testPool({ size: 1 })
const services = () => ({ evaluate: pool.evaluate, evaluateEach: pool.evaluateEach, runCode: pool.runCode })
const data = { list: [{ id: 1, name: 'Ada' }, { id: 2, name: 'Bo' }] }

test('values and text of several fields', async () => {
  const fields = [{ name: 'names', value: '{{ event.data.list.map((x) => x.name) }}' }, { name: 'text', value: 'Hi {{ event.data.list.map((x) => x.name).join(" & ") }}' }, { name: 'plain', value: '{{ event.data.list[0].id }}' }]
  expect((await runStep('transform', { fields }, { data, services: services() })).outcome).toEqual({ type: 'done', output: { names: ['Ada', 'Bo'], text: 'Hi Ada & Bo', plain: 1 } })
})
test('a failing expression names its field', async () => {
  const fields = [{ name: 'a', value: '{{ event.data.list.length + 1 }}' }, { name: 'b', value: '{{ event.data.list.map((x) => x.address.city) }}' }]
  await expect(runStep('transform', { fields }, { data, services: services() })).rejects.toMatchObject({ code: 'step_code', field: 'fields.1.value', message: expect.stringContaining('x.address.city') })
})
test('a condition and an emit per item', async () => {
  expect((await runStep('condition', { cases: [{ id: 'c', label: '', when: 'event.data.list.some((x) => x.name.startsWith("B"))' }] }, { data, services: services() })).outcome).toMatchObject({ port: 'true' })
  const { outcome } = await runStep('emit-each', { items: '{{ event.data.list.filter((x) => x.id > 0) }}', event: 'a/b', data: '{ "name": "{{ item.name.toUpperCase() }}", "n": {{ index }} }' }, { data, services: services() })
  expect(outcome.type === 'emit-each' && [outcome.make(0).data, outcome.make(1).data]).toEqual([{ name: 'ADA', n: 0 }, { name: 'BO', n: 1 }])
})
