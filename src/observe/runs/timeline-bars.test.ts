import { describe, expect, test } from 'vitest'
import { timelineOf, workOf } from '#observe/runs/timeline-bars.ts'
import type { RunDetail, StepView } from '#server/runs/get-run.ts'

const at = (ms: number) => new Date(ms).toISOString()
const error = { code: 'step_outside' as const, message: 'no' }
const tried = (attempt: number, from: number, to: number, retryAt: number | null) => ({ attempt, startedAt: at(from), endedAt: at(to), input: null, error, retryAt: retryAt === null ? null : at(retryAt) })

function step(change: Partial<StepView>): StepView {
  return {
    id: 's', nodeId: 'n', name: 'S', kind: 'http', after: [], status: 'completed', attempt: 1, startedAt: null, endedAt: null, port: null,
    input: null, output: null, error: null, attempts: [], dueAt: null, waitsFor: null, signal: null, progress: null, handled: false, given: null, each: null, retries: 3, ...change,
  }
}

function run(steps: StepView[], change: Partial<RunDetail> = {}): RunDetail {
  return {
    id: 'run_1', status: 'completed', function: 'f', functionName: 'f', version: 1, draftRevision: null, draftPart: null, workflow: null, event: { id: 'e', name: 'a/b', source: 'api' }, key: null,
    createdAt: at(1000), startedAt: at(1100), endedAt: at(9000), error: null, atStep: null, why: null, dueAt: null, retries: { max: 3, used: 0 }, retryOf: null, parent: null,
    eventReceivedAt: at(1000), events: 1, steps, ...change,
  }
}

describe('timelineOf', () => {
  test('tries, the rests between them, and the one that worked', () => {
    const { rows, queuedUntil } = timelineOf(run([step({ attempt: 2, startedAt: at(5000), endedAt: at(5200), attempts: [tried(1, 1100, 1300, 5000)] })]), 9000)
    expect(rows[0]?.bars.map(({ kind, from, to }) => [kind, from, to])).toEqual([['failed', 1100, 1300], ['rest', 1300, 5000], ['done', 5000, 5200]])
    expect(queuedUntil).toBe(1100)
  })

  test('a run that was retried by hand did not wait in the queue until then', () => {
    expect(timelineOf(run([step({ startedAt: at(600_000), endedAt: at(600_100) })], { endedAt: at(600_100) }), 700_000).queuedUntil).toBe(1100)
  })

  test('a retry to come stands where it is due and stretches the end', () => {
    const timeline = timelineOf(run([step({ status: 'retrying', attempt: 2, attempts: [tried(1, 1100, 1300, 20_000)] })], { endedAt: null, status: 'sleeping' }), 4000)
    expect(timeline.rows[0]?.bars.map((bar) => bar.kind)).toEqual(['failed', 'rest', 'next'])
    expect(timeline.end).toBe(20_000)
    expect(workOf(timeline)).toHaveLength(1)
  })

  test('the last failed try is drawn once', () => {
    const { rows } = timelineOf(run([step({ status: 'failed', attempt: 1, startedAt: at(1100), endedAt: at(1300), attempts: [tried(1, 1100, 1300, null)] })], { status: 'failed' }), 9000)
    expect(rows[0]?.bars).toHaveLength(1)
  })

  test('a running step begins when the ones in front of it were done', () => {
    const { rows } = timelineOf(run([
      step({ id: 'a', startedAt: at(1100), endedAt: at(2000) }),
      step({ id: 'b', status: 'running', after: [{ step: 'a', port: 'out' }] }),
    ], { endedAt: null, status: 'running' }), 4000)
    expect(rows[1]?.bars).toEqual([{ kind: 'running', from: 2000, to: 4000, attempt: 1 }])
  })

  test('an emitted run whose id is older than its start does not begin after its own work', () => {
    expect(timelineOf(run([step({ startedAt: at(900), endedAt: at(950) })]), 9000).start).toBe(900)
  })
})
