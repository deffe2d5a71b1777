import { expect, test } from 'vitest'
import { stepDefinitions } from '#steps/definitions.ts'
import { runStep } from '#steps/test-context.ts'

test('asks for a page of the results', async () => {
  expect((await runStep('gather', { of: ' send ' })).outcome).toEqual({ type: 'gather', step: 'send', only: 'all', offset: 0, limit: 100, timeoutMs: 86_400_000 })
  const next = await runStep('gather', { of: 'send', only: 'failed', offset: '{{ steps.first.next }}', limit: '1000', timeout: '5m' }, { steps: { first: { next: 200 } } })
  expect(next.outcome).toEqual({ type: 'gather', step: 'send', only: 'failed', offset: 200, limit: 1000, timeoutMs: 300_000 })
  expect(next.sync).toBe(true)
})
test('a place that is no number is said', async () => {
  await expect(runStep('gather', { of: 'send', offset: '{{ steps.first.next }}' }, { steps: { first: { next: null } } })).rejects.toMatchObject({ code: 'step_input', field: 'offset', message: 'null is not a whole number from 0.' })
  expect(stepDefinitions.gather.config.safeParse({ of: 'send', limit: '1001' }).error?.issues[0]?.message).toBe('"1001" is not a whole number from 1 to 1,000.')
  expect(stepDefinitions.gather.config.safeParse({ of: 'send', limit: '0' }).error?.issues[0]?.message).toBe('"0" is not a whole number from 1 to 1,000.')
  expect(stepDefinitions.gather.config.safeParse({ of: 'send', offset: '0' }).success).toBe(true)
})
