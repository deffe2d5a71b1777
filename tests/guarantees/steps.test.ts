/**
 * Steps of one run: parallel branches run at once and a join waits for all that live; conditions take
 * one way; retries spend their own budget; a path that does not exist is an error that names it.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FanwiseError } from '#base/errors.ts'
import type { OutgoingRequest, OutgoingResponse } from '#steps/kind.ts'
import { createWorkspace, fn, publish, step, transform } from '#tests/support/factories.ts'
import { endedRuns, startTestEngine, type TestEngine } from '#tests/support/engine.ts'

let t: TestEngine
let answer: (request: OutgoingRequest) => Promise<OutgoingResponse> | OutgoingResponse
const ok = (body: unknown): OutgoingResponse => ({ status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

beforeAll(async () => {
  t = await startTestEngine({ services: { request: async (_workspace, request) => answer(request) } })
})
afterAll(() => t.stop())

const http = (id: string, path: string, after: (string | { step: string; port: string })[] = []) => step(id, 'http', { method: 'POST', url: `https://svc.example${path}`, bodyType: 'none' }, after)

async function runOne(definitions: Parameters<typeof publish>[2], data: Record<string, unknown> = {}, event = 'go/now') {
  const ws = await createWorkspace(t.engine.pool)
  await publish(t.engine.pool, ws, definitions)
  const ended = endedRuns(t.engine, ws, 1)
  await t.engine.ingest(ws, [{ name: event, data: data as never }], { source: 'api' })
  const [[runId, status]] = [...(await ended)] as [[string, string]]
  const steps = await t.engine.pool.query('select step, status, port, output, error, attempt, started_at, ended_at from step where workspace_id = $1 and run_id = $2 order by step', [ws, runId])
  const attempts = await t.engine.pool.query('select step, attempt, error, retry_at from attempt where workspace_id = $1 and run_id = $2 order by step, attempt', [ws, runId])
  const run = await t.engine.pool.query('select error from run where workspace_id = $1 and id = $2', [ws, runId])
  return { ws, runId, status, steps: steps.rows, attempts: attempts.rows, error: run.rows[0].error }
}

test('two branches are under way at the same moment, and the join waits for both', async () => {
  const waiting: (() => void)[] = []
  const seen: string[] = []
  answer = (request) => {
    const path = new URL(request.url).pathname
    seen.push(path)
    if (path === '/join') return ok({})
    // Each branch is answered only once both have arrived: in series this would never end.
    return new Promise((resolve) => {
      waiting.push(() => resolve(ok({ path })))
      if (waiting.length === 2) waiting.forEach((go) => go())
    })
  }
  const result = await runOne([fn('f', 'go/now', [http('a', '/a'), http('b', '/b'), http('join', '/join', ['a', 'b'])])])
  expect(result.status).toBe('completed')
  expect(seen.slice(0, 2).sort()).toEqual(['/a', '/b'])
  expect(seen.slice(2)).toEqual(['/join'])
})

test('a condition takes one way; the other is skipped and a join goes on with the way that lives', async () => {
  answer = () => ok({})
  const result = await runOne([fn('f', 'go/now', [
    step('big', 'condition', { mode: 'if', cases: [{ id: 'true', label: 'yes', when: 'event.data.total > 100' }] }),
    transform('yes', { way: 'yes' }, [{ step: 'big', port: 'true' }]),
    transform('no', { way: 'no' }, [{ step: 'big', port: 'false' }]),
    transform('end', { done: 'x' }, ['yes', 'no']),
  ])], { total: 250 })
  expect(result.status).toBe('completed')
  expect(result.steps.map((s) => s.step)).toEqual(['big', 'end', 'yes'])
})

test('a switch picks the first case that is true, else the way named else', async () => {
  const definition = fn('f', 'go/now', [
    step('size', 'condition', { mode: 'switch', cases: [{ id: 's', label: 'small', when: 'event.data.n < 10' }, { id: 'm', label: 'middle', when: 'event.data.n < 100' }] }),
    transform('small', { x: 's' }, [{ step: 'size', port: 's' }]), transform('middle', { x: 'm' }, [{ step: 'size', port: 'm' }]), transform('other', { x: 'o' }, [{ step: 'size', port: 'else' }]),
  ])
  for (const [n, expected] of [[5, 'small'], [50, 'middle'], [500, 'other']] as const) {
    const result = await runOne([{ ...definition }], { n })
    expect(result.steps.map((s) => s.step).filter((s) => s !== 'size')).toEqual([expected])
  }
})

test('a failing step is tried retries + 1 times, each attempt recorded, then the run fails with its error', async () => {
  let calls = 0
  answer = () => {
    calls += 1
    return { status: 503, headers: {}, body: 'down' }
  }
  const result = await runOne([fn('f', 'go/now', [http('call', '/x'), http('after', '/never', ['call'])], { retries: 3 })])
  expect(result.status).toBe('failed')
  expect(calls).toBe(4)
  expect(result.attempts.map((a) => a.attempt)).toEqual([1, 2, 3, 4])
  expect(result.attempts.at(-1)!.retry_at).toBeNull()
  expect(result.steps).toMatchObject([{ step: 'call', status: 2, attempt: 4 }])
  expect(result.error).toMatchObject({ code: 'step_outside', step: 'call', facts: { status: 503 } })
})

test('a step that recovers keeps the failed attempts and the run completes', async () => {
  let calls = 0
  answer = () => (++calls < 3 ? { status: 500, headers: {}, body: '' } : ok({ id: 'c1' }))
  const result = await runOne([fn('f', 'go/now', [http('call', '/x')], { retries: 4 })])
  expect(result.status).toBe('completed')
  expect(result.attempts.map((a) => a.attempt)).toEqual([1, 2])
  expect(result.steps[0]).toMatchObject({ attempt: 3, status: 1, output: { status: 200, body: { id: 'c1' } } })
})

test('a refusal (4xx) is not tried again; 429 waits as long as the service asks', async () => {
  let calls = 0
  answer = () => {
    calls += 1
    return { status: 404, headers: {}, body: '' }
  }
  expect((await runOne([fn('f', 'go/now', [http('call', '/x')], { retries: 5 })])).status).toBe('failed')
  expect(calls).toBe(1)
  calls = 0
  answer = () => (++calls === 1 ? { status: 429, headers: { 'retry-after': '1' }, body: '' } : ok({}))
  const limited = await runOne([fn('f', 'go/now', [http('call', '/x')], { retries: 1 })])
  expect(limited.status).toBe('completed')
  const waited = limited.attempts[0]!.retry_at.getTime() - limited.steps[0]!.started_at.getTime()
  expect(Math.abs(waited)).toBeLessThan(1000)
})

test('a step may have its own number of retries', async () => {
  let calls = 0
  answer = () => {
    calls += 1
    return { status: 503, headers: {}, body: '' }
  }
  await runOne([fn('f', 'go/now', [{ ...http('call', '/x'), retries: 1 }], { retries: 5 })])
  expect(calls).toBe(2)
})

test('when one branch fails, the other is recorded and nothing after them starts', async () => {
  const seen: string[] = []
  answer = async (request) => {
    const path = new URL(request.url).pathname
    seen.push(path)
    return path === '/bad' ? { status: 400, headers: {}, body: '' } : ok({ fine: true })
  }
  const result = await runOne([fn('f', 'go/now', [http('bad', '/bad'), http('good', '/good'), http('join', '/join', ['bad', 'good'])])])
  expect(result.status).toBe('failed')
  expect(result.steps.map((s) => [s.step, s.status])).toEqual([['bad', 2], ['good', 1]])
  expect(seen).not.toContain('/join')
})

test('a path that does not exist is an error that names it, not null in an e-mail; ?? allows it', async () => {
  answer = () => ok({})
  const missing = await runOne([fn('f', 'go/now', [transform('t', { country: '{{ event.data.country }}' })])], { name: 'Ada' })
  expect(missing.status).toBe('failed')
  expect(missing.error).toMatchObject({ code: 'step_missing_value' })
  expect(missing.error.message).toContain('event.data.country')
  const guarded = await runOne([fn('f', 'go/now', [transform('t', { country: '{{ event.data.country ?? "unknown" }}' })])], { name: 'Ada' })
  expect(guarded.steps[0]!.output).toEqual({ country: 'unknown' })
})

test('code runs in the sandbox with event and steps, and its error is the step’s error', async () => {
  answer = () => ok({})
  const good = await runOne([fn('f', 'go/now', [transform('a', { n: '{{ event.data.n }}' }), step('b', 'code', { code: 'const double: number = steps.a.n * 2\nreturn { double, name: event.name }' }, ['a'])])], { n: 21 })
  expect(good.steps[1]!.output).toEqual({ double: 42, name: 'go/now' })
  const bad = await runOne([fn('f', 'go/now', [step('b', 'code', { code: 'throw new Error("no such plan")' })])])
  expect(bad.status).toBe('failed')
  expect(bad.error.message).toContain('no such plan')
})

test('an error nobody foresaw fails the step, not the worker', async () => {
  answer = () => {
    throw new FanwiseError('step_outside', 'boom', { retriable: false })
  }
  expect((await runOne([fn('f', 'go/now', [http('call', '/x')])])).status).toBe('failed')
  answer = () => ok({})
  expect((await runOne([fn('f', 'go/now', [http('call', '/x')])])).status).toBe('completed')
})
