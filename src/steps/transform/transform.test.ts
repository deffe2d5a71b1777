import { expect, test } from 'vitest'
import { runStep } from '#steps/test-context.ts'

test('makes an object, keeps types, answers at once', async () => {
  const { outcome, sync } = await runStep('transform', { fields: [{ name: 'n', value: '{{ event.data.n }}' }, { name: 'text', value: 'n is {{ event.data.n }}' }, { name: 'all', value: '{{ event.data }}' }, { name: 'empty', value: '' }] }, { data: { n: 1 } })
  expect(outcome).toEqual({ type: 'done', output: { n: 1, text: 'n is 1', all: { n: 1 }, empty: '' } })
  expect(sync).toBe(true)
})
test('a name cannot set the prototype', async () => {
  const { outcome } = await runStep('transform', { fields: [{ name: '__proto__', value: '{{ event.data }}' }] }, { data: { polluted: 1 } })
  expect((outcome as { output: Record<string, unknown> }).output.polluted).toBe(undefined)
})
test('a missing value is an error that names its field', async () =>
  await expect(runStep('transform', { fields: [{ name: 'a', value: 'x' }, { name: 'c', value: '{{ event.data.country }}' }] })).rejects.toMatchObject({ code: 'step_missing_value', field: 'fields.1.value' }))
test('functions go through the sandbox', async () =>
  expect((await runStep('transform', { fields: [{ name: 'up', value: '{{ event.data.a.toUpperCase() }}' }] }, { data: { a: 'x' } })).outcome).toEqual({ type: 'done', output: { up: 'X' } }))
