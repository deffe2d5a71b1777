import { expect, test } from 'vitest'
import { runStep } from '#steps/test-context.ts'

test('hands the code to the sandbox as it is written, with its limits', async () => {
  const calls: unknown[] = []
  const code = 'return "{{ not a template }}"'
  const { outcome } = await runStep('code', { code, timeout: '2s', memoryMb: 16 }, { services: { runCode: async (...given) => (calls.push(given), 5) } })
  expect(outcome).toEqual({ type: 'done', output: 5 })
  expect(calls[0]).toMatchObject([code, { event: { id: 'evt_1' } }, { timeoutMs: 2000, memoryMb: 16 }])
})
