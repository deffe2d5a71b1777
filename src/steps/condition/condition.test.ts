import { describe, expect, test } from 'vitest'
import type { JsonObject } from '#base/json.ts'
import { stepDefinitions } from '#steps/definitions.ts'
import { runStep } from '#steps/test-context.ts'

const data: JsonObject = { amount: 250, vip: true, name: 'Ada', tags: ['a'] }
const when = async (text: string) => {
  const { outcome, sync } = await runStep('condition', { mode: 'if', cases: [{ id: 'c1', when: text }] }, { data })
  return [(outcome as { port: string }).port, sync]
}
describe('if', () => {
  test.each([
    ['event.data.amount > 100', 'true', true], ['event.data.amount > 100 && event.data.vip', 'true', true], ['!event.data.vip', 'false', true], ['event.data.name === "Ada"', 'true', true],
    ['event.data.nobody?.x', 'false', true], ['event.data.nobody == null', 'true', true], ['(event.data.limit ?? 300) < event.data.amount', 'false', true],
    ['event.data.tags.includes("a")', 'true', false],
  ])('%s: %s, at once: %s', async (text, port, sync) => expect(await when(text)).toEqual([port, sync]))
  test('a missing value is an error, not false', async () =>
    await expect(when('event.data.amuont > 100')).rejects.toMatchObject({ code: 'step_missing_value', field: 'cases.0.when' }))
  test('says which way', async () => expect((await runStep('condition', { cases: [{ id: 'c1', when: 'true' }] })).outcome).toEqual({ type: 'done', output: { branch: 'true' }, port: 'true' }))
})
describe('switch', () => {
  const config = { mode: 'switch', cases: [{ id: 'big', label: 'Large', when: 'event.data.amount > 1000' }, { id: 'vip', label: '', when: 'event.data.vip' }, { id: 'late', label: '', when: 'event.data.nobody.x' }] }
  test('the first true case wins, later ones are not looked at', async () => expect((await runStep('condition', config, { data })).outcome).toEqual({ type: 'done', output: { branch: 'vip' }, port: 'vip' }))
  test('else when none is', async () => expect((await runStep('condition', { ...config, cases: config.cases.slice(0, 1) }, { data })).outcome).toEqual({ type: 'done', output: { branch: 'else' }, port: 'else' }))
  test('a case that needs the sandbox between others', async () => {
    const cases = [config.cases[0]!, { id: 'has', label: '', when: 'event.data.tags.some((t) => t === "a")' }, config.cases[1]!]
    expect((await runStep('condition', { mode: 'switch', cases }, { data })).outcome).toMatchObject({ port: 'has' })
  })
  test('ports: one for each case, and else', () =>
    expect(stepDefinitions.condition.ports(config as never)).toEqual([{ id: 'big', label: 'Large' }, { id: 'vip', label: 'vip' }, { id: 'late', label: 'late' }, { id: 'else', label: 'else' }]))
})
