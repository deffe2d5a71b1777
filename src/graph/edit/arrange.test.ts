import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { emptyDocument, graphDocument, type FunctionNode, type GraphDocument } from '#graph/document.ts'
import { addEvent, addFunction, addStep } from '#graph/edit/add-node.ts'
import { align, arrangeable, distribute, sameSize, type Side } from '#graph/edit/arrange.ts'
import { connect } from '#graph/edit/connect.ts'
import { ownFunction } from '#graph/edit/own-function.ts'
import { setConcurrencyOf, setOnErrorOf, setRetriesOf } from '#graph/edit/settings-of-many.ts'
import { nodeSize } from '#graph/sizes.ts'

function frames(places: { x: number; y: number }[]): GraphDocument {
  return places.reduce((document, position, i) => addFunction(document, { id: `f${i}`, position, slug: `f${i}` }).document, emptyDocument())
}
const ids = (document: GraphDocument) => Object.keys(document.nodes)
const box = (document: GraphDocument, id: string) => ({ ...document.nodes[id]!.position, ...nodeSize(document.nodes[id]!) })

/** event → charge(a → b → c), where c reads a and b. */
function chain() {
  let document = addEvent(emptyDocument(), { id: 'ev', position: { x: 0, y: 0 }, event: 'order/placed' }).document
  document = addFunction(document, { id: 'f', position: { x: 300, y: 0 }, slug: 'charge', retries: 7 }).document
  for (const key of ['a', 'b', 'c']) document = addStep(document, { id: key, parent: 'f', kind: 'transform', key, name: `Step ${key}`, after: 'last', config: { fields: [{ name: 'v', value: key === 'c' ? '{{ steps.a.v }}{{ steps.b.v }}' : '1' }] } }).document
  const joined = connect(document, { source: 'ev', target: 'f' })
  if ('refused' in joined) throw new Error(joined.refused)
  return joined.document
}

describe('align', () => {
  const places = fc.array(fc.record({ x: fc.integer({ min: -500, max: 500 }), y: fc.integer({ min: -500, max: 500 }) }), { minLength: 2, maxLength: 8 })
  const sides: [Side, (b: { x: number; y: number; w: number; h: number }) => number][] = [
    ['left', (b) => b.x], ['right', (b) => b.x + b.w], ['top', (b) => b.y], ['bottom', (b) => b.y + b.h], ['centre', (b) => b.x + b.w / 2], ['middle', (b) => b.y + b.h / 2],
  ]
  test.each(sides)('%s: one line, and twice changes nothing more', (side, line) => {
    fc.assert(fc.property(places, (some) => {
      const document = frames(some)
      const done = align(document, ids(document), side)
      const lines = ids(done).map((id) => line(box(done, id)))
      expect(Math.max(...lines) - Math.min(...lines)).toBeLessThanOrEqual(1)
      expect(align(done, ids(done), side)).toEqual(done)
    }))
  })

  test('steps of one function move inside it; of two functions nothing moves', () => {
    const one = chain()
    const done = align(one, ['a', 'b'], 'left')
    expect(box(done, 'a').x).toBe(box(done, 'b').x)
    expect(arrangeable(one, ['a', 'f'])).toEqual([one.nodes.f])
    const two = addStep(addFunction(one, { id: 'g', position: { x: 300, y: 400 } }).document, { id: 'd', parent: 'g', kind: 'transform' }).document
    expect(align(two, ['a', 'd'], 'left')).toBe(two)
  })
})

test('distributed things have equal gaps and keep their order', () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: -2000, max: 2000 }), { minLength: 3, maxLength: 8 }), (ys) => {
    const document = frames(ys.map((y) => ({ x: 0, y })))
    const done = distribute(document, ids(document), 'down')
    const boxes = ids(done).map((id) => box(done, id)).sort((a, b) => a.y - b.y)
    const gaps = boxes.slice(1).map((b, i) => b.y - boxes[i]!.y - boxes[i]!.h)
    expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThanOrEqual(1)
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(7)
    expect(Math.min(...boxes.map((b) => b.y))).toBe(Math.min(...ys))
  }))
})

test('functions get the size of the largest', () => {
  const document = addFunction(frames([{ x: 0, y: 0 }]), { id: 'big', position: { x: 0, y: 400 }, size: { w: 400, h: 320 } }).document
  const done = sameSize(document, ids(document))
  expect((done.nodes.f0 as FunctionNode).size).toEqual({ w: 400, h: 320 })
})

test('a setting of many is set where there is one', () => {
  const document = chain()
  const all = [...ids(document), ...Object.keys(document.edges), 'nobody']
  const retries = setRetriesOf(document, all, 2)
  expect(['f', 'a', 'b', 'c'].map((id) => (retries.nodes[id] as FunctionNode).retries)).toEqual([2, 2, 2, 2])
  expect(retries.nodes.ev).toBe(document.nodes.ev)
  expect(setOnErrorOf(document, all, 'continue').nodes.a).toMatchObject({ onError: 'continue' })
  const limited = setConcurrencyOf(document, all, 5)
  expect(limited.nodes.f).toMatchObject({ concurrency: { limit: 5 } })
  expect(setConcurrencyOf(limited, all, undefined).nodes.f).not.toHaveProperty('concurrency')
})

describe('a function of their own', () => {
  test('same events, same retries, lines inside kept, the old chain closed over', () => {
    const document = chain()
    const made = ownFunction(document, ['b'])
    if ('refused' in made) throw new Error(made.refused)
    expect(made.slug).toBe('step-b')
    expect(made.readsAcross).toBe(1)
    const edges = Object.values(made.document.edges)
    expect(edges.filter((edge) => edge.type === 'subscription').map((edge) => edge.target).sort()).toEqual(['f', made.id].sort())
    expect(edges.filter((edge) => edge.type === 'order').map((edge) => [edge.source, edge.target])).toEqual([['a', 'c']])
    expect(made.document.nodes[made.id]).toMatchObject({ retries: 7 })
    expect(made.document.nodes.b).toMatchObject({ parent: made.id, key: 'b' })
    expect(graphDocument.safeParse(made.document).success).toBe(true)
  })

  test('whatever keeps the old one from starting keeps the new one, too', () => {
    const rules = { backoff: { baseMs: 100, factor: 2, maxMs: 1000, jitter: 0 }, idempotency: 'event.data.id', rateLimit: { limit: 5, period: '1m' }, batch: { size: 10, timeout: '5s' }, concurrency: { limit: 2 } }
    const document = chain()
    const made = ownFunction({ ...document, nodes: { ...document.nodes, f: { ...(document.nodes.f as FunctionNode), ...rules, name: 'Charge', collapsed: true } } }, ['b'])
    if ('refused' in made) throw new Error(made.refused)
    expect(made.document.nodes[made.id]).toMatchObject({ ...rules, retries: 7, slug: 'step-b' })
    expect(made.document.nodes[made.id]).not.toHaveProperty('collapsed')
    expect(made.document.nodes[made.id]).not.toHaveProperty('name')
  })

  test('several keep the lines between them, and stand below what is there', () => {
    const document = addFunction(chain(), { id: 'below', position: { x: 300, y: 160 }, slug: 'below' }).document
    const made = ownFunction(document, ['b', 'c'], ['step-b'])
    if ('refused' in made) throw new Error(made.refused)
    expect(made.slug).toBe('step-b-2')
    expect(Object.values(made.document.edges).filter((edge) => edge.type === 'order').map((edge) => [edge.source, edge.target])).toEqual([['b', 'c']])
    const [own, below] = [box(made.document, made.id), box(made.document, 'below')]
    expect(own.y).toBeGreaterThanOrEqual(below.y + below.h)
  })

  test('what makes no sense is refused in words', () => {
    expect(ownFunction(chain(), ['a', 'b', 'c'])).toMatchObject({ refused: expect.stringContaining('all steps of `charge`') as string })
    expect(ownFunction(chain(), ['ev'])).toMatchObject({ refused: expect.stringContaining('Select the steps') as string })
  })
})
