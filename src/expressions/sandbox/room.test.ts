/** One thread that runs the same code over and over: it keeps what the code is made into, and nothing of what it did. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Json } from '#base/json.ts'
import { testPool } from '#expressions/sandbox/test-pool.ts'

const pool = testPool({ size: 1 })

const limits = { timeoutMs: 5000, memoryMb: 64 }
const run = (code: string, data: Json = null) => pool.runCode(code, { event: { data }, steps: {}, run: {}, env: {} }, limits)
const times = async (n: number, act: (n: number) => Promise<Json>) => {
  const given: Json[] = []
  for (let i = 0; i < n; i++) given.push(await act(i))
  return given
}

test('code gets the data of its own job, and leaves nothing to the next of the same text', { timeout: 30_000 }, async () => {
  const code = 'globalThis.n = (globalThis.n ?? 0) + 1; Array.prototype.more = 1; return [event.data, n, [].more]'
  expect(await times(6, (n) => run(code, n))).toEqual([0, 1, 2, 3, 4, 5].map((n) => [n, 1, 1]))
  expect(await times(6, async (n) => (await pool.evaluate(['event.data', 'globalThis.m = (globalThis.m ?? 0) + 1'], { event: { data: n } }))[n % 2]!)).toEqual([0, 1, 2, 1, 4, 1])
})

test('a code that fails, prints or runs into a limit does so every time', { timeout: 30_000 }, async () => {
  const printed: string[] = []
  const told = (code: string, timeoutMs: number) => pool.runCode(code, { event: {} }, { timeoutMs, memoryMb: 16 }, (text) => printed.push(text)).then(() => 'done', (error: Error) => error.message)
  for (const [code, ends] of [['console.log("a")\nthrow new Error("no")', /no \(line 2\)/], ['const a = = 1', /SyntaxError/], ['const a = []; for (;;) a.push(new Array(1000).fill(1))', /used up its memory/]] as const) {
    for (const answer of await times(3, () => told(code, 10_000))) expect(answer).toMatch(ends)
  }
  for (const answer of await times(3, () => told('for (;;) {}', 100))) expect(answer).toMatch(/longer than 100 ms/)
  expect(printed).toEqual(['a', 'a', 'a'])
})

test('memory that a text takes while functions are made of it holds nothing of other jobs', { timeout: 30_000 }, async () => {
  // What stands before the closing brace is run when the function is made: nothing forbids it, and it may take what it likes.
  const greedy = (bytes: number) => `}[(globalThis.own = new Uint8Array(${bytes}), 'none')] || async function () { return own.indexOf(7)`
  for (const bytes of [100_000, 900_000, 3_000_000]) {
    expect(await times(4, async () => {
      await run('const a = Array.from({ length: 20 }, () => new Uint8Array(300_000).fill(7)); return a.length')
      return run(greedy(bytes))
    })).toEqual([-1, -1, -1, -1])
  }
})

test('more texts than are remembered, each again and again', { timeout: 30_000 }, async () => {
  const given = await times(200, (n) => run(`return ${n % 50} + event.data`, n))
  expect(given).toEqual(Array.from({ length: 200 }, (_, n) => (n % 50) + n))
})

test('data arrives as it is', { timeout: 30_000 }, async () => {
  const odd: Json[] = [null, '', -0, 0, 1e21, 5e-324, 2 ** 31, -(2 ** 31), 2 ** 31 - 1, 2 ** 53, 'ÿ', 'Ā', '€uro', '\u0000', '😀', '\ud800', 'x'.repeat(100), '€'.repeat(100), { length: 1, name: 2, constructor: 3, toString: null }, JSON.parse('{"__proto__":{"a":1}}'), { 0: 'a', 4294967295: 'b', 2147483648: 'c', '-1': 'd', '01': 'e', '': 'f' }, [[], {}, [[]]]]
  const code = 'return [event.data, JSON.stringify(event.data), Object.is(event.data, -0)]'
  // JSON has no -0, wherever it stands.
  const same = async (data: Json) => expect(await run(code, data)).toEqual([JSON.parse(JSON.stringify(data)) as Json, JSON.stringify(data), false])
  for (const data of odd) await same(data)
  await fc.assert(fc.asyncProperty(fc.jsonValue({ maxDepth: 6, stringUnit: 'binary' }), async (data) => {
    await same(data as Json)
  }), { numRuns: 150 })
})

test('deep and large data arrives, and of what is none what JSON keeps', async () => {
  let deep: Json = 1
  for (let n = 0; n < 400; n++) deep = n % 2 === 0 ? [deep] : { deep }
  expect(await run('return event.data', deep)).toEqual(deep)
  const odd = { a: undefined, f: () => 1, list: [undefined, NaN, Infinity], at: new Date(0), map: new Map([[1, 2]]) }
  expect(await run('return [event.data, Object.keys(event.data)]', odd as unknown as Json)).toEqual([{ list: [null, null, null], at: '1970-01-01T00:00:00.000Z', map: {} }, ['list', 'at', 'map']])
  const large = Array.from({ length: 20_000 }, (_, n) => ({ n, text: `the ${n}th of them, and a few words to make it longer` }))
  expect(await run('return [event.data.length, event.data[19999]]', large)).toEqual([20_000, large[19_999]])
})
