import { describe, expect, test } from 'vitest'
import { emptyDocument, type GraphDocument, type StepNode } from '#graph/document.ts'
import { addEvent, addFunction, addStep } from '#graph/edit/add-node.ts'
import { connect } from '#graph/edit/connect.ts'
import { updateNode } from '#graph/edit/update-node.ts'
import { candidatesOf } from '../form/candidates.ts'
import { originWords } from '../form/source-words.ts'
import { noData, type DataAtHand, type StepData } from '../data/data-at-hand.ts'
import { dataRows, readableData } from './readable-data.ts'

const event = addEvent(emptyDocument(), { position: { x: 0, y: 0 }, event: 'user/created', sample: { email: 'ada@north.io', tags: [] } })
const frame = addFunction(event.document, { position: { x: 300, y: 0 }, slug: 'welcome' })
const joined = connect(frame.document, { source: event.id, target: frame.id })
if (!('document' in joined)) throw new Error(joined.refused)
const first = addStep(joined.document, { parent: frame.id, kind: 'http', key: 'load' })
const beside = addStep(first.document, { parent: frame.id, kind: 'code', key: 'beside' })
const last = addStep(beside.document, { parent: frame.id, kind: 'mail', after: first.id })
const { document, id } = last

const ran = (output: StepData['output']): StepData => ({ ...(output === undefined ? {} : { output }), state: 'completed', runId: 'run_1', at: '2026-11-25T08:00:00Z' })
const atHand = (steps: Record<string, StepData>, events: DataAtHand['events'] = new Map()): DataAtHand => ({ events, steps: new Map(Object.entries(steps)) })
const source = (drawn: GraphDocument, path: string, data = noData, real = {}) => readableData(drawn, id, data, real).sources.find((one) => one.path === path)

describe('readable data', () => {
  test('a step reads what starts its function and the steps before it, not those beside it', () => {
    const { sources, scope, waiting, types } = readableData(document, id, noData)
    expect(sources.map(({ path, origin }) => [path, origin.kind])).toEqual([['event.data', 'sample'], ['steps.load', 'known']])
    expect(scope.event?.data).toEqual({ email: 'ada@north.io', tags: [] })
    expect([...waiting.keys()]).toEqual(['load'])
    expect(types.steps[0]?.type).toContain('status: number')
  })

  test('the event at hand goes before the sample, and types follow all real ones', () => {
    const picked = atHand({}, new Map([[event.id, { id: 'evt_1', name: 'user/created', data: { email: 'bo@x.dev', plan: 'pro' }, ts: 5 }]]))
    const found = source(document, 'event.data', picked, { 'user/created': [{ email: 'cy@x.dev' }, { email: null }] })
    expect(found?.value).toEqual({ email: 'bo@x.dev', plan: 'pro' })
    expect(found?.origin).toEqual({ kind: 'event', id: 'evt_1', at: 5 })
    expect(found?.type).toBe('{ email: string | null; plan?: string }')
  })

  test('a pinned output goes before the last real one, which goes before what the kind answers', () => {
    const real = atHand({ [first.id]: ran({ status: 200, body: { id: 7 } }) })
    expect(source(document, 'steps.load', real)?.value).toEqual({ status: 200, body: { id: 7 } })
    expect(source(document, 'steps.load', real)?.type).toBe('{ status: number; body: { id: number } }')
    const pinned = source(updateNode(document, first.id, { pinned: { body: 'x' } }), 'steps.load', real)
    expect(pinned?.value).toEqual({ body: 'x' })
    expect(originWords(pinned!.origin)).toBe('pinned')
    const none = source(updateNode(document, first.id, { pinned: null }), 'steps.load', real)
    expect([none?.value, none?.origin.kind]).toEqual([null, 'pinned'])
    // A run that failed says nothing of what it would have given.
    expect(source(document, 'steps.load', atHand({ [first.id]: ran(undefined) }))?.origin.kind).toBe('known')
  })

  test('a transform is worked out as it is drawn now, and what reads it, too', () => {
    const made = addStep(document, { parent: frame.id, kind: 'transform', key: 'wording', after: first.id, config: { fields: [{ name: 'hello', value: 'Hi {{ event.data.email }}' }] } })
    const reads = addStep(made.document, { parent: frame.id, kind: 'mail', after: made.id })
    const found = readableData(reads.document, reads.id, atHand({ [made.id]: ran({ old: 1 }) }))
    expect(found.scope.steps.wording).toEqual({ hello: 'Hi ada@north.io' })
    expect(found.sources.find((one) => one.path === 'steps.wording')?.origin.kind).toBe('computed')
  })

  test('an event that nobody has seen is what a step of this drawing sends; two that send each other are left alone', () => {
    const sent = addStep(document, { parent: frame.id, kind: 'emit-each', after: first.id, config: { items: '{{ steps.load.body }}', event: 'user/due', data: '{ "to": "{{ item.mail }}" }' } })
    const due = addEvent(sent.document, { position: { x: 0, y: 400 }, event: 'user/due' })
    const reacts = addFunction(due.document, { position: { x: 300, y: 400 }, slug: 'react' })
    const line = connect(reacts.document, { source: due.id, target: reacts.id })
    const loaded = atHand({ [first.id]: ran({ body: [{ mail: 'bo@x.dev' }, { mail: 'cy@x.dev' }] }) })
    const found = readableData('document' in line ? line.document : reacts.document, reacts.id, loaded)
    expect(found.scope.event?.data).toEqual({ to: 'bo@x.dev' })
    expect(found.sources[0]?.origin.kind).toBe('computed')
    const back = addStep('document' in line ? line.document : reacts.document, { parent: reacts.id, kind: 'emit', config: { event: 'user/due', data: '{ "to": "{{ event.data.to }}" }' } })
    const round = { ...back.document, nodes: Object.fromEntries(Object.entries(back.document.nodes).filter(([node]) => node !== sent.id)) }
    expect(readableData(round, reacts.id, loaded).scope.event).toBeUndefined()
  })

  test('an item is the first of the list, its type that of all', () => {
    const each: StepNode['each'] = { items: '{{ steps.load.body }}', concurrency: 1 }
    const { scope, types, sources } = readableData(updateNode(document, id, { each }), id, atHand({ [first.id]: ran({ body: [{ n: 1 }, { n: 2, s: 'x' }] }) }))
    expect(scope.item).toEqual({ n: 1 })
    expect(types.item).toBe('{ n: number; s?: string }')
    expect(sources[0]).toMatchObject({ title: 'the first of 2', count: 2 })
    // How many there are is not known of a shortened list.
    const short = readableData(updateNode(document, id, { each }), id, atHand({ [first.id]: { ...ran({ body: [{ n: 1 }] }), cut: 90_000 } }))
    expect([short.sources[0]?.title, short.sources[0]?.count]).toEqual(['the first of the list', undefined])
  })

  test('a step that may fail offers its error; a line reads the event only', () => {
    const drawn = updateNode(document, first.id, { onError: 'continue' })
    const paths = candidatesOf(readableData(drawn, id, noData), 'expression', false).map((one) => one.path)
    expect(paths).toContain('steps.load?.error?.message')
    const line = Object.values(document.edges).find((one) => one.type === 'subscription')!
    const read = readableData(document, line.id, noData)
    expect(read.sources.map((one) => one.path)).toEqual(['event.data'])
    expect(candidatesOf(read, 'cel', false).map((one) => one.path)).toEqual(expect.arrayContaining(['event.data.email', 'event.id', 'has()']))
    expect(candidatesOf(read, 'cel', false).some((one) => one.path.startsWith('run'))).toBe(false)
  })

  test('rows are the leaves of the sample, with paths that can be pasted', () => {
    expect(dataRows('event.data', { email: 'a', company: { size: 42 }, 'odd key': [] }).map((row) => row.path))
      .toEqual(['event.data.email', 'event.data.company.size', 'event.data["odd key"]'])
  })
})
