import { describe, expect, test } from 'vitest'
import { FanwiseError } from '#base/errors.ts'
import type { Json } from '#base/json.ts'
import { createSandboxPool } from '#expressions/sandbox/pool.ts'
import { testPool } from '#expressions/sandbox/test-pool.ts'

const pool = testPool({ size: 2, graceMs: 400, expressionTimeoutMs: 1000 })

const scope = { event: { id: 'evt_1', name: 'a/b', data: { user: { name: 'Ada' }, list: [1, 2, 3] }, ts: 1 }, steps: { first: { n: 41 } }, run: { id: 'run_1', attempt: 1, function: 'f' }, env: { REGION: 'eu' } }
const limits = { timeoutMs: 1000, memoryMb: 32 }
const run = (code: string, own = limits) => pool.runCode(code, scope, own)
async function failure(work: Promise<unknown>): Promise<FanwiseError> {
  const thrown = await work.then((value) => new Error(`no error, but ${JSON.stringify(value)}`), (error: unknown) => error)
  expect(thrown).toBeInstanceOf(FanwiseError)
  return thrown as FanwiseError
}

describe('code', () => {
  test('is the body of a function over event, steps, run and env', async () => {
    expect(await run('return { name: event.data.user.name, n: steps.first.n + 1, run: run.id, region: env.REGION }')).toEqual({ name: 'Ada', n: 42, run: 'run_1', region: 'eu' })
  })
  test('may be TypeScript', async () => {
    expect(await run('interface A { n: number }\nconst a: A = { n: 1 }\nconst f = <T,>(x: T): T => x\nreturn f<number>(a.n) as number')).toBe(1)
  })
  test('may wait for promises', async () => {
    expect(await run('const all = await Promise.all([1, Promise.resolve(2)])\nreturn all')).toEqual([1, 2])
  })
  test('without return gives null', async () => expect(await run('event')).toBe(null))
  test('what it writes to its console is told, also when it fails or is stopped', async () => {
    const printed = async (code: string, own = limits) => {
      const told: string[] = []
      await pool.runCode(code, scope, own, (text) => told.push(text)).catch(() => told.push('failed'))
      return told
    }
    expect(await printed('console.log("hello", { a: 1 }, [2], null, undefined, 3n)\nconsole.warn(new TypeError("no"))')).toEqual(['hello {"a":1} [2] null undefined 3\nTypeError: no'])
    expect(await printed('return 1')).toEqual([])
    expect(await printed('console.log("before"); throw new Error("x")')).toEqual(['before', 'failed'])
    expect(await printed('console.log("in"); for (;;) {}', { timeoutMs: 100, memoryMb: 16 })).toEqual(['in', 'failed'])
    expect((await printed('for (let i = 0; i < 100000; i++) console.log("line " + i)'))[0]).toMatch(/^line 0\nline 1\n[^]{15000,18000}$/)
    expect((await printed('console.log("x".repeat(1e6))'))[0]).toHaveLength(2000)
    const hostile = 'String.prototype.slice = Array.prototype.toJSON = Object.prototype.toString = () => { for (;;) {} }; console.log({ a: [1] }, "b"); const o = {}; o.o = o; console.log(o)'
    expect((await printed(hostile, { timeoutMs: 300, memoryMb: 16 }))).toHaveLength(1)
    expect(await printed('return 1')).toEqual([])
  })
  test('an error keeps its message and line', async () => {
    const error = await failure(run('const a = 1\n\nthrow new Error("no such plan")'))
    expect([error.code, error.message, error.facts?.line]).toEqual(['step_code', 'no such plan (line 3)', 3])
    expect((await failure(run('\nreturn event.data.nobody.name'))).message).toMatch(/^TypeError: .*\(line 2\)$/)
  })
  test('what is thrown and is no error is said as well', async () => {
    const said = async (thrown: string) => (await failure(run(`throw ${thrown}`))).message
    expect([await said('{ message: "no plan", status: 404 }'), await said('{ code: 7 }'), await said('"text"'), await said('null'), await said('[1]')]).toEqual(['no plan', '{"code":7}', 'text', 'null', '[1]'])
  })
  test('a time zone that is not known here is an error, not the hour of the server', async () => {
    expect((await failure(run('return new Date(0).toLocaleTimeString("de-DE", { timeZone: "Europe/Berlin" })'))).message).toMatch(/^TypeError: toLocaleTimeString knows no time zone but UTC here.*\(line 1\)$/)
    expect(await run('return [new Date(0).toLocaleString("en-US", { timeZone: "UTC" }), typeof new Date(0).toLocaleDateString(), Object.keys(Date.prototype)]')).toEqual(['01/01/1970, 12:00:00 AM', 'string', []])
  })
  test('a syntax error names its line, also one in the types', async () => {
    expect((await failure(run('const a = 1\nconst b = = 2'))).message).toMatch(/SyntaxError.*line 2/)
    expect((await failure(run('const a: = 1'))).message).toMatch(/SyntaxError.*line 1/)
  })
  test('a promise that never settles is an error', async () => {
    expect((await failure(run('await new Promise(() => {})'))).message).toMatch(/never settles/)
  })
  test('data that is none is an error', async () => {
    expect((await failure(run('return () => 1'))).message).toMatch(/a function, which is not data/)
    expect((await failure(run('return 1n'))).code).toBe('step_code')
    expect((await failure(run('const a = {}; a.a = a; return a'))).code).toBe('step_code')
  })
  test('one run sees nothing of another', async () => {
    await run('globalThis.leak = 1; Object.prototype.leak = 2; Array.prototype.map = null')
    expect(await run('return [typeof leak, ({}).leak === undefined, [1].map((x) => x)]')).toEqual(['undefined', true, [1]])
  })
})

describe('random numbers', () => {
  test('each job draws its own, also expressions and items', async () => {
    const one = async () => (await run('return Math.random()')) as number
    const drawn = [...(await Promise.all(Array.from({ length: 20 }, one))), ...((await pool.evaluate(['Math.random()', 'Math.random()'], {})) as number[]), ...((await pool.evaluateEach(['Math.random()'], {}, [1, 2, 3])).flat() as number[])]
    expect(new Set(drawn).size).toBe(25)
  })

  test('they are spread evenly over 0 to 1, and no number leads to the next', async () => {
    const drawn = (await run('return Array.from({ length: 20000 }, () => Math.random())')) as number[]
    expect(new Set(drawn).size).toBe(20_000)
    expect(drawn.every((n) => n >= 0 && n < 1)).toBe(true)
    const inTenth = Array.from({ length: 10 }, (_, tenth) => drawn.filter((n) => Math.floor(n * 10) === tenth).length)
    for (const count of inTenth) expect(Math.abs(count - 2000)).toBeLessThan(300)
    const correlation = drawn.slice(1).reduce((sum, n, i) => sum + (n - 0.5) * (drawn[i]! - 0.5), 0) / drawn.length * 12
    expect(Math.abs(correlation)).toBeLessThan(0.05)
    expect(await run('return [typeof Math.random, Object.keys(Math), Math.random.name]')).toEqual(['function', [], 'random'])
  })
})

describe('expressions', () => {
  test('many over one scope in one call', async () => {
    expect(await pool.evaluate(['event.data.list.map((n) => n * 2)', 'steps.first.n', 'undefined'], scope)).toEqual([[2, 4, 6], 41, null])
  })
  test('a failing one is named with its place among them', async () => {
    const error = await failure(pool.evaluate(['1', 'event.data.nobody.name'], scope))
    expect(error.message).toMatch(/^`event\.data\.nobody\.name` failed: TypeError/)
    expect(error.facts?.expression).toBe(1)
    expect((await failure(pool.evaluate(['1 +'], scope))).facts?.expression).toBe(0)
  })
  test('none sees what another one, or the same one for an item before, did to its data', async () => {
    expect(await pool.evaluate(['event.data.list.reverse()', 'event.data.list.join()', 'event.data.user.name = "Bo"', 'event.data.user["name"]', 'delete event.data.user.name', 'Object.keys(event.data.user).length + steps.first.n++', 'steps.first.n'], scope))
      .toEqual([[3, 2, 1], '1,2,3', 'Bo', 'Ada', true, 42, 41])
    const items: Json[] = [{ tags: ['b', 'a'] }, { tags: ['d', 'c'] }, { tags: [] }]
    expect(await pool.evaluateEach(['event.data.list.reverse()[0]', 'event.data.list.shift()', 'item.tags.sort()[0]', 'item.tags[0]', 'event.data.list.length'], scope, items)).toEqual([[3, 1, 'a', 'b', 3], [3, 1, 'c', 'd', 3], [3, 1, null, null, 3]])
  })
  test('per item, in slices, in order', async () => {
    const items: Json[] = Array.from({ length: 2500 }, (_, id) => ({ id }))
    const values = await pool.evaluateEach(['item.id * 2', 'index'], scope, items)
    expect(values.length).toBe(2500)
    expect(values[2499]).toEqual([4998, 2499])
    expect((await failure(pool.evaluateEach(['item.a.b'], scope, [{ a: {} }, {}]))).message).toMatch(/failed for item 2/)
  })
})

describe('limits', () => {
  test('time', async () => {
    const error = await failure(run('for (;;) {}', { timeoutMs: 100, memoryMb: 32 }))
    expect([error.code, error.message]).toEqual(['step_timeout', 'The code ran longer than 100 ms and was stopped.'])
  })
  test('memory, and other evaluations go on', async () => {
    const heavy = failure(run('const a = []; for (;;) a.push(new Array(1000).fill(1))', { timeoutMs: 5000, memoryMb: 16 }))
    expect(await run('return 1')).toBe(1)
    expect((await heavy).code).toBe('step_limit')
  })
  test('output', async () => {
    expect((await failure(run('return "x".repeat(5_000_000)'))).message).toMatch(/more than 4 MB/)
  })
  test('a thread stuck in native code is replaced and the others are not disturbed', async () => {
    const stuck = failure(run('return /^(a|aa|a?)+$/.test("a".repeat(200) + "b")', { timeoutMs: 200, memoryMb: 32 }))
    const others = await Promise.all(Array.from({ length: 20 }, (_, n) => run(`return ${n}`)))
    expect(others).toEqual(Array.from({ length: 20 }, (_, n) => n))
    expect(['step_timeout', 'step_limit', 'step_code']).toContain((await stuck).code)
    expect(await run('return 7')).toBe(7)
  })
  test('a worker that cannot start is said so', async () => {
    const broken = createSandboxPool({ workerFile: '/nowhere/worker.mjs', size: 1 })
    const error = await failure(broken.runCode('return 1', scope, limits))
    expect([error.code, error.message]).toEqual(['unavailable', expect.stringMatching(/could not start/)])
    await broken.close()
  })
})
