import { expect, test } from 'vitest'
import { runStep } from '#steps/test-context.ts'

test('for a while', async () => {
  expect((await runStep('sleep', { mode: 'for', duration: '1h30m' })).outcome).toEqual({ type: 'sleep', ms: 5_400_000 })
  expect((await runStep('sleep', { mode: 'for', duration: '{{ event.data.days }}d' }, { data: { days: 2 } })).outcome).toEqual({ type: 'sleep', ms: 172_800_000 })
})
test('until a date; without an offset it is UTC', async () => {
  const until = async (text: string) => ((await runStep('sleep', { mode: 'until', until: '{{ event.data.at }}' }, { data: { at: text } })).outcome as { at: string }).at
  expect(await until('2026-12-24T09:00:00+01:00')).toBe('2026-12-24T08:00:00.000Z')
  expect(await until('2026-12-24 09:00')).toBe('2026-12-24T09:00:00.000Z')
  expect(await until('2026-12-24')).toBe('2026-12-24T00:00:00.000Z')
})
test('until a number of seconds or milliseconds since 1970: many services write seconds, which would long be past as milliseconds', async () => {
  const until = async (at: number) => ((await runStep('sleep', { mode: 'until', until: '{{ event.data.at }}' }, { data: { at } })).outcome as { at: string }).at
  expect(await until(Date.UTC(2026, 11, 24, 9) / 1000)).toBe('2026-12-24T09:00:00.000Z')
  expect(await until(Date.UTC(2026, 11, 24, 9))).toBe('2026-12-24T09:00:00.000Z')
})
test.each([[{ mode: 'for', duration: '{{ event.data.n }}' }, 'duration'], [{ mode: 'for', duration: '{{ "9999d" }}' }, 'duration'], [{ mode: 'until', until: '{{ "soon" }}' }, 'until']])('%j is refused', async (config, field) =>
  await expect(runStep('sleep', config, { data: { n: 5 } })).rejects.toMatchObject({ code: 'step_input', field }))
