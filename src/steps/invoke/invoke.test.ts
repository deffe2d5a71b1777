import { expect, test } from 'vitest'
import { stepDefinitions } from '#steps/definitions.ts'
import { runStep } from '#steps/test-context.ts'

test('calls a function with data', async () => {
  expect((await runStep('invoke', { function: 'charge', data: '{ "n": {{ event.data.n }} }', timeout: '5m' }, { data: { n: 1 } })).outcome).toEqual({ type: 'invoke', function: 'charge', data: { n: 1 }, timeoutMs: 300_000 })
  expect((await runStep('invoke', { function: 'charge' })).outcome).toMatchObject({ data: {} })
})
test('data is an object', async () => await expect(runStep('invoke', { function: 'charge', data: '[1]' })).rejects.toMatchObject({ code: 'step_input', field: 'data', message: 'The data of the call must be an object, but this is a list.' }))
test('names what it calls', () => expect(stepDefinitions.invoke.calls?.({ function: ' charge ', data: '{}', timeout: '1h' })).toBe('charge'))
