/** The pool itself, with threads that do as their input says: what QuickJS cannot be made to do on demand. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSandboxPool } from '#expressions/sandbox/pool.ts'

let folder: string
let workerFile: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'fanwise-pool-'))
  workerFile = path.join(folder, 'worker.mjs')
  await writeFile(workerFile, `
    import { parentPort, threadId } from 'node:worker_threads'
    parentPort.on('message', ({ code, expressions }) => {
      const what = code ?? expressions[0]
      if (what === 'hang') for (;;) {}
      if (what === 'die') process.exit(1)
      if (what === 'env') return parentPort.postMessage({ ok: true, output: JSON.stringify(Object.keys(process.env)) })
      parentPort.postMessage({ ok: true, output: JSON.stringify(code ? threadId : [threadId]), recycle: what === 'recycle' })
    })
    parentPort.postMessage({ ready: null })`)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const limits = { timeoutMs: 100, memoryMb: 16 }
const inPool = async (size: number, act: (pool: ReturnType<typeof createSandboxPool>) => Promise<void>) => {
  const pool = createSandboxPool({ workerFile, size, graceMs: 50 })
  await act(pool).finally(() => pool.close())
}

test('a thread that hangs is ended and replaced; what others do goes on', () => inPool(2, async (pool) => {
  const first = await pool.runCode('id', {}, limits)
  const ended = expect(pool.runCode('hang', {}, limits)).rejects.toMatchObject({ code: 'step_timeout', retriable: true })
  const others = await Promise.all(Array.from({ length: 10 }, () => pool.evaluate(['id'], {})))
  expect(others.length).toBe(10)
  await ended
  expect(await pool.runCode('id', {}, limits)).not.toBe(first)
}))
test('a thread that dies takes only its own job with it', () => inPool(1, async (pool) => {
  const died = expect(pool.runCode('die', {}, limits)).rejects.toMatchObject({ code: 'step_limit', retriable: false })
  const next = pool.runCode('id', {}, limits)
  await died
  expect(await next).toBeTypeOf('number')
}))
test('a thread that asks for it is replaced after its answer', () => inPool(1, async (pool) => {
  const first = await pool.runCode('recycle', {}, limits)
  expect(await pool.runCode('id', {}, limits)).not.toBe(first)
}))
test('expressions do not queue behind code', () => inPool(2, async (pool) => {
  let hung = 3
  const hanging = Array.from({ length: 3 }, () => pool.runCode('hang', {}, limits).catch(() => hung--))
  await pool.evaluate(['id'], {})
  expect(hung).toBeGreaterThan(0)
  await Promise.all(hanging)
}))
test('endless loops of one workspace keep nobody else waiting, and no more than two of them run at once', () => inPool(2, async (pool) => {
  let ended = 0
  const longer = { timeoutMs: 1500, memoryMb: 16 }
  const loops = Array.from({ length: 4 }, () => pool.runCode('hang', {}, longer, undefined, 'loops').catch(() => ended++))
  const others = await Promise.all(Array.from({ length: 30 }, (_, n) => pool.runCode('id', {}, longer, undefined, `other ${n % 3}`)))
  expect(others).toHaveLength(30)
  expect(await pool.evaluate(['id'], {}, 'other')).toHaveLength(1)
  expect(ended, 'all of this while the first loops go on').toBe(0)
  await Promise.all(loops.slice(0, 2))
  expect(ended, 'the others had to wait').toBe(2)
  await Promise.all(loops)
}))
test('one of a few comes between thousands of another', () => inPool(1, async (pool) => {
  const order: string[] = []
  const run = (workspace: string) => pool.runCode('id', {}, limits, undefined, workspace).then(() => order.push(workspace))
  await Promise.all([...Array.from({ length: 50 }, () => run('many')), run('few')])
  expect(order.indexOf('few')).toBeLessThan(3)
}))
test('threads see nothing of the environment', () => inPool(1, async (pool) => {
  process.env.FANWISE_TEST_CANARY = 'x'
  expect(await pool.runCode('env', {}, limits)).toEqual([])
}))
test('closing refuses what waits, and what comes later', async () => {
  const pool = createSandboxPool({ workerFile, size: 1 })
  const waiting = [pool.runCode('hang', {}, limits), pool.runCode('id', {}, limits)].map((work) => work.catch((error: unknown) => error))
  await pool.close()
  for (const error of await Promise.all(waiting)) expect(error).toMatchObject({ code: 'unavailable', retriable: true })
  await expect(pool.evaluate(['1'], {})).rejects.toMatchObject({ code: 'unavailable' })
})
test('a long list is written out a few slices at a time, and no more of it once one has failed', () => inPool(1, async (pool) => {
  let written = 0
  const scope = { event: { toJSON: () => (written++, {}) } }
  const items = Array.from({ length: 40_000 }, (_, id) => id)
  await expect(pool.evaluateEach(['die'], scope, items)).rejects.toMatchObject({ code: 'step_limit' })
  expect(written).toBeLessThan(6)
  written = 0
  expect(await pool.evaluateEach(['id'], scope, items)).toHaveLength(40)
  expect(written).toBe(40)
}))
test('data larger than the sandbox takes is refused before it is sent', () => inPool(1, async (pool) => {
  await expect(pool.evaluate(['id'], { event: 'x'.repeat(33 * 1024 * 1024) })).rejects.toMatchObject({ code: 'step_limit' })
}))
