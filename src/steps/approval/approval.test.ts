import { expect, test } from 'vitest'
import { stepDefinitions } from '#steps/definitions.ts'
import { runStep } from '#steps/test-context.ts'

test('asks with the values of the run', async () => {
  const { outcome, sync } = await runStep('approval', { title: 'Refund {{ event.data.n }} €?', message: 'For {{ event.data.who }}', timeout: '2h' }, { data: { n: 5, who: 'Ada' } })
  expect(outcome).toEqual({ type: 'approval', title: 'Refund 5 €?', message: 'For Ada', timeoutMs: 7_200_000 })
  expect(sync).toBe(true)
})
test('a question that comes out empty is said at once', async () => {
  await expect(runStep('approval', { title: '{{ event.data.q }}' }, { data: { q: '' } })).rejects.toMatchObject({ code: 'step_input', field: 'title' })
})
test('three ways out', () => expect(stepDefinitions.approval.ports(stepDefinitions.approval.initial()).map((port) => port.id)).toEqual(['approved', 'rejected', 'timeout']))
