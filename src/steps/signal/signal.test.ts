import { expect, test } from 'vitest'
import { runStep } from '#steps/test-context.ts'

test('waits for a name made from the event', async () => {
  expect((await runStep('signal', { signal: ' pay-{{ event.data.n }} ', timeout: '1m' }, { data: { n: 5 } })).outcome).toEqual({ type: 'signal', signal: 'pay-5', timeoutMs: 60_000 })
})
test('an empty or endless name is refused', async () => {
  await expect(runStep('signal', { signal: '{{ event.data.n }}' }, { data: { n: '' } })).rejects.toMatchObject({ code: 'step_input', field: 'signal' })
  await expect(runStep('signal', { signal: '{{ event.data.n }}' }, { data: { n: 'x'.repeat(257) } })).rejects.toMatchObject({ message: /257 characters/ })
  await expect(runStep('signal', { signal: 'pay-{{ event.data.n }}' }, { data: { n: 'a\u0000b' } })).rejects.toMatchObject({ code: 'step_input', field: 'signal' })
})
