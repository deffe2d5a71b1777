/**
 * Steps that only compute go on at once with each other's results. What that may never change: nothing
 * outside sees a result that is not stored, and whatever dies, each step has one result and it is the one
 * everything after it used.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { FunctionDefinition } from '#graph/definition.ts'
import { createWorkspace, fn, publish, step, transform } from '#tests/support/factories.ts'
import { endedRuns, startTestEngine, type TestEngine } from '#tests/support/engine.ts'

let t: TestEngine
/** Asked of the database while the service is being called. */
let storedAtCall: string[][] = []
let answerStatus = 200

beforeAll(async () => {
  t = await startTestEngine({
    services: {
      request: async (workspace) => {
        const { rows } = await t.engine.pool.query<{ step: string }>('select step from step where workspace_id = $1 order by step', [workspace])
        storedAtCall.push(rows.map((row) => row.step))
        return { status: answerStatus, headers: {}, body: '{}' }
      },
    },
  })
})
afterAll(() => t.stop())

const call = (id: string, after: (string | { step: string; port: string })[] = []) => step(id, 'http', { method: 'POST', url: 'https://svc.example/x', bodyType: 'none' }, after)

async function runOne(definition: FunctionDefinition) {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, [definition])
  storedAtCall = []
  const ended = endedRuns(t.engine, ws, 1)
  await t.engine.ingest(ws, [{ name: 'go/now', data: { n: 5 } }], { source: 'api' })
  const [[runId, status]] = [...(await ended)] as [[string, string]]
  const { rows } = await t.engine.pool.query<{ step: string; output: unknown; status: number }>('select step, output, status from step where workspace_id = $1 and run_id = $2 order by ended_at, step', [ws, runId])
  return { ws, runId, status, rows }
}

test('a service is called only when everything computed before it is stored', async () => {
  answerStatus = 200
  const { status } = await runOne(fn('f', 'go/now', [
    transform('a', { n: '{{ event.data.n }}' }), transform('b', { m: '{{ steps.a.n }}' }, ['a']),
    step('big', 'condition', { mode: 'if', cases: [{ id: 'c', label: '', when: 'steps.b.m > 3' }] }, ['b']),
    call('first', [{ step: 'big', port: 'true' }]), transform('c', { again: '{{ steps.b.m }}' }, ['first']), call('second', ['c']),
  ]))
  expect(status).toBe('completed')
  expect(storedAtCall).toEqual([['a', 'b', 'big'], ['a', 'b', 'big', 'c', 'first']])
})

test('a call in one branch waits for what another has computed meanwhile', async () => {
  answerStatus = 200
  const { status } = await runOne(fn('f', 'go/now', [call('slow'), transform('a', { x: '1' }), transform('b', { x: '{{ steps.a.x }}' }, ['a']), call('after', ['b']), transform('join', { x: '1' }, ['slow', 'after'])]))
  expect(status).toBe('completed')
  expect(storedAtCall.at(-1)).toEqual(expect.arrayContaining(['a', 'b']))
})

test('a run of computing alone is stored whole: every step once, with its own output, and the end', async () => {
  const chain = Array.from({ length: 30 }, (_, i) => transform(`s${String(i).padStart(2, '0')}`, { n: i === 0 ? '{{ event.data.n }}' : `{{ steps.s${String(i - 1).padStart(2, '0')}.n }}` }, i === 0 ? [] : [`s${String(i - 1).padStart(2, '0')}`]))
  const { status, rows } = await runOne(fn('f', 'go/now', chain))
  expect(status).toBe('completed')
  expect(rows.map((row) => row.step)).toEqual(chain.map((one) => one.id))
  expect(rows.every((row) => JSON.stringify(row.output) === '{"n":5}')).toBe(true)
})

test('what was computed before a failure is stored with it', async () => {
  answerStatus = 400
  const { status, rows } = await runOne(fn('f', 'go/now', [transform('a', { x: '1' }), transform('bad', { x: '{{ event.data.nobody.x }}' }, ['a'])]))
  expect(status).toBe('failed')
  expect(rows.map((row) => [row.step, row.status])).toEqual([['a', 1], ['bad', 2]])
})

test('a sleep keeps what was computed before it', async () => {
  answerStatus = 200
  const { status, rows } = await runOne(fn('f', 'go/now', [transform('a', { x: '1' }), step('nap', 'sleep', { mode: 'for', duration: '300ms' }, ['a']), transform('b', { x: '{{ steps.a.x }}' }, ['nap'])]))
  expect(status).toBe('completed')
  expect(rows.map((row) => row.step)).toEqual(['a', 'nap', 'b'])
})
