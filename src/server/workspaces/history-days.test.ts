import { expect, test } from 'vitest'
import { historyDays } from '#server/workspaces/history-days.ts'

test.each([1, 30, 3650, null])('%s is a time to keep history', (days) => {
  expect(historyDays.parse(days)).toBe(days)
})

test.each([0, -1, 1.5, 3651, '30', undefined])('%s is none', (days) => {
  expect(historyDays.safeParse(days).success).toBe(false)
})
