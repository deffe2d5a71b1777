import { describe, expect, test } from 'vitest'
import type { Json, JsonObject } from '#base/json.ts'
import { testPool } from '#expressions/sandbox/test-pool.ts'
import { readsOf } from '#graph/compile/reads.ts'
import { nothingReadable, type Readable } from '../inspector/readable-data.ts'
import { codeTemplates } from './code-templates.ts'
import { shapeOf } from './shape.ts'

const pool = testPool({ size: 1 })

const run = (code: string, data: JsonObject): Promise<Json> => pool.runCode(code, { event: { id: 'evt_1', name: 'order/placed', data, ts: 1 }, steps: {}, run: {}, env: {} }, { timeoutMs: 5000, memoryMb: 32 })
const readableOf = (data: JsonObject): Readable => {
  const shape = shapeOf([data])
  return { ...nothingReadable, sources: [{ path: 'event.data', title: 'order/placed', origin: { kind: 'sample' }, shape, type: 'any', value: data }] }
}
const order = { id: 'A-7', total: 30, lines: [{ sku: 'a', price: 10 }, { sku: 'b', price: 20 }] }
const outputs = async (data: JsonObject, readable: Readable): Promise<Record<string, Json>> =>
  Object.fromEntries(await Promise.all(codeTemplates(readable).map(async ({ label, code }) => [label, await run(code, data)] as const)))

test('each is written with the fields that are there, and does what it says', async () => {
  expect(await outputs(order, readableOf(order))).toEqual({
    'Make a new object': { id: 'A-7', total: 30, at: expect.stringContaining('1970') },
    'Go through a list': { count: 2, kept: [{ item: order.lines[0], place: 1 }, { item: order.lines[1], place: 2 }] },
    'Add up a list': { count: 2, total: 30 },
    'Group a list': { a: [order.lines[0]], b: [order.lines[1]] },
    'Reckon with dates': { due: expect.stringContaining('1970-01-15'), weekday: 'Thursday' },
    'Stop when something is missing': { ok: true },
  })
  await expect(outputs({ lines: [] }, readableOf(order))).rejects.toThrow(/event\.data\.id is missing/)
})

describe('where nothing is known, or only plain items', () => {
  test.each([['nothing', nothingReadable], ['plain items', readableOf({ n: [1, 2, 3] })], ['odd names', readableOf({ 'odd key': [{ 'a b': 1, 'c d': 'x' }] })]])('%s: all can be read', (_, readable) => {
    for (const { code } of codeTemplates(readable)) expect(() => readsOf(code, 'code')).not.toThrow()
  })
  test('plain items are added up themselves', async () => {
    const data = { n: [1, 2, 3] }
    const template = codeTemplates(readableOf(data)).find((one) => one.label === 'Add up a list')!
    expect(await run(template.code, data)).toEqual({ count: 3, total: 6 })
  })
})
