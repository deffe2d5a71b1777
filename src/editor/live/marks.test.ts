import { describe, expect, test } from 'vitest'
import { emptyDocument, type GraphDocument } from '#graph/document.ts'
import { addEvent, addFunction, addStep } from '#graph/edit/add-node.ts'
import { connect } from '#graph/edit/connect.ts'
import type { FollowedStep, FollowView } from '#server/workflows/follow.ts'
import { carriedLines, followMarks, keepSame, liveMarks, stepNote, traffic } from './marks.ts'
import { followWords } from './words.ts'

function drawn(): GraphDocument {
  let document = addEvent(emptyDocument(), { id: 'placed', position: { x: 0, y: 0 }, event: 'order/placed' }).document
  document = addEvent(document, { id: 'confirmed', position: { x: 900, y: 0 }, event: 'order/*' }).document
  document = addFunction(document, { id: 'fn', position: { x: 300, y: 0 }, slug: 'process' }).document
  document = addStep(document, { id: 'send', parent: 'fn', kind: 'emit', key: 'send', config: { event: 'order/confirmed', data: '{}' } }).document
  const joined = connect(document, { source: 'placed', target: 'fn' })
  if ('refused' in joined) throw new Error(joined.refused)
  return joined.document
}

const step = (change: Partial<FollowedStep>): FollowedStep => ({ state: 'completed', run: 'run_1', tookMs: 620, attempt: null, waitsFor: null, error: null, given: null, done: 1, of: 1, ...change })
const view = (change: Partial<FollowView>): FollowView => ({
  event: { id: 'evt_1', name: 'order/placed' }, total: 1, ended: 1, counts: [{ state: 'completed', count: 1 }], settled: true, more: false, beyond: false,
  frames: { fn: { slug: 'process', state: 'completed', counts: [{ state: 'completed', count: 1 }], used: 0, run: 'run_1', total: 1 } },
  steps: { send: step({}) }, sent: { send: 1 }, events: { 'order/placed': 1, 'order/confirmed': 1 }, elsewhere: [], ...change,
})
const none: ReadonlySet<string> = new Set()

describe('an event that is followed', () => {
  test('marks its event, the frame and the steps; one run is a word, several are counts', () => {
    const marks = followMarks(drawn(), view({}), none)
    expect(marks['placed']).toEqual({ state: 'completed', note: '1 event here' })
    expect(marks['confirmed']).toMatchObject({ note: '2 events here' })
    expect(marks['fn']).toEqual({ state: 'completed', used: 0, note: 'Done' })
    expect(marks['send']).toEqual({ state: 'completed', note: '620 ms' })
    const counts = [{ state: 'failed' as const, count: 2 }, { state: 'completed' as const, count: 38 }]
    const many = followMarks(drawn(), view({ frames: { fn: { slug: 'process', state: 'failed', counts, used: 0, run: null, total: 40 } } }), none)
    expect(many['fn']).toEqual({ state: 'failed', counts, note: '40 runs' })
  })

  test('lines that just carried something move, the others do not', () => {
    const document = drawn()
    const edge = Object.keys(document.edges)[0]!
    const along = traffic(document, view({}))
    expect([...along]).toEqual([[edge, 1], ['derived:send:confirmed', 1]])
    expect(carriedLines(new Map([[edge, 1]]), along)).toEqual(['derived:send:confirmed'])
    expect(followMarks(document, view({}), new Set([edge]))[edge]).toEqual({ state: 'running' })
    expect(traffic(document, view({ frames: {}, sent: {} })).size).toBe(0)
  })

  test('a step says in a few letters how it went', () => {
    expect(stepNote(step({ state: 'failed', attempt: 3 }))).toBe('failed 3 times')
    expect(stepNote(step({ state: 'retrying', attempt: 2 }))).toBe('try 2 comes')
    expect(stepNote(step({ state: 'waiting', waitsFor: 'order/paid' }))).toBe('waits: order/paid')
    expect(stepNote(step({ given: 'stubbed' }))).toBe('stubbed')
    expect(stepNote(step({ state: 'running', done: 2, of: 5 }))).toBe('2 of 5 done')
  })

  test('one sentence says how all of it stands', () => {
    const of = (total: number, settled: boolean, counts: FollowView['counts'], more: Partial<FollowView> = {}) => followWords(view({ total, settled, counts, ...more }))
    expect(of(0, true, [])).toBe('No function reacted to it.')
    expect(of(1, true, [{ state: 'completed', count: 1 }])).toBe('The run is done.')
    expect(of(1, true, [{ state: 'failed', count: 1 }])).toBe('The run failed.')
    expect(of(1, false, [{ state: 'waiting', count: 1 }])).toBe('The run waits.')
    expect(of(3, false, [{ state: 'completed', count: 1 }, { state: 'sleeping', count: 2 }])).toBe('1 of 3 runs done, 2 waiting.')
    expect(of(4, false, [{ state: 'completed', count: 3 }, { state: 'running', count: 1 }])).toBe('3 of 4 runs done.')
    expect(of(4, true, [{ state: 'failed', count: 1 }, { state: 'completed', count: 3 }])).toBe('1 failed, 3 of 4 runs done.')
    expect(of(4, true, [{ state: 'completed', count: 4 }], { elsewhere: [{ slug: 'x', workflow: 'y', count: 1 }] })).toBe('All 4 runs are done. 1 run of them is not in this drawing.')
    expect(of(4, true, [{ state: 'completed', count: 4 }], { more: true, beyond: true })).toBe('All 4 runs are done. There are more than are counted here. What comes after these is not followed here.')
  })
})

test('marks that say the same stay the same objects', () => {
  const before = followMarks(drawn(), view({}), none)
  const after = keepSame(before, followMarks(drawn(), view({ steps: { send: step({ tookMs: 5 }) } }), none))
  expect(after['fn']).toBe(before['fn'])
  expect(after['send']).toEqual({ state: 'completed', note: '5 ms' })
})

test('what is live puts trouble first and is quiet otherwise', () => {
  const marks = (change: object) => liveMarks(drawn(), { more: false, functions: [{ slug: 'process', nodeId: 'old', open: [], done: 0, failed: 0, ...change }] })['fn']
  expect(marks({})).toEqual({ state: 'completed', counts: [], note: 'quiet' })
  expect(marks({ failed: 3, done: 5 })).toMatchObject({ state: 'failed', counts: [{ state: 'failed', count: 3 }, { state: 'completed', count: 5 }] })
  expect(marks({ failed: 3, open: [{ state: 'running', count: 2 }] })).toMatchObject({ state: 'running' })
})
