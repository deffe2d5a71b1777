import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { StepDefinition } from '#graph/definition.ts'
import { advance } from '#engine/advance.ts'

const step = (id: string, after: [string, string][] = []): StepDefinition => ({ id, nodeId: id, name: id, kind: 'transform', config: {}, after: after.map(([from, port]) => ({ step: from, port })) })
const ids = (steps: StepDefinition[]) => steps.map((each) => each.id)

describe('advance', () => {
  test('roots are ready at first; a sequence goes one by one', () => {
    const steps = [step('a'), step('b', [['a', 'out']])]
    expect(ids(advance(steps, new Map()).ready)).toEqual(['a'])
    expect(ids(advance(steps, new Map([['a', { port: 'out' }]])).ready)).toEqual(['b'])
    expect(advance(steps, new Map([['a', { port: 'out' }], ['b', { port: 'out' }]])).complete).toBe(true)
  })

  test('a branch not taken is skipped through to the join, which goes on with the live one', () => {
    const steps = [step('c'), step('x', [['c', 'true']]), step('y', [['c', 'false']]), step('z', [['y', 'out']]), step('join', [['x', 'out'], ['z', 'out']])]
    const after = advance(steps, new Map([['c', { port: 'true' }], ['x', { port: 'out' }]]))
    expect([...after.skipped]).toEqual(['y', 'z'])
    expect(ids(after.ready)).toEqual(['join'])
  })

  test('behind a failed step nothing starts and the run is not complete', () => {
    const after = advance([step('a'), step('b', [['a', 'out']])], new Map([['a', { port: null }]]))
    expect(after).toMatchObject({ ready: [], complete: false })
  })
})

/** A random acyclic function whose steps have two ports each. */
const functions = fc.array(fc.array(fc.tuple(fc.nat(), fc.boolean()), { maxLength: 3 }), { minLength: 1, maxLength: 12 }).map((rows) =>
  rows.map((edges, index) => step(`s${index}`, index === 0 ? [] : edges.map(([parent, port]) => [`s${parent % index}`, port ? 'out' : 'other']))))

describe('advance, for any function and any order of answers', () => {
  test('a step is ready only when every parent has ended or been skipped and an edge is live; all end or are skipped', () => {
    fc.assert(fc.property(functions, fc.infiniteStream(fc.nat()), fc.infiniteStream(fc.boolean()), (steps, picks, ports) => {
      const ended = new Map<string, { port: string | null }>()
      for (let guard = 0; ; guard++) {
        expect(guard).toBeLessThanOrEqual(steps.length)
        const { ready, skipped, complete } = advance(steps, ended)
        for (const each of ready) {
          expect(ended.has(each.id)).toBe(false)
          expect(each.after.every((edge) => ended.has(edge.step) || skipped.has(edge.step))).toBe(true)
          expect(each.after.length === 0 || each.after.some((edge) => ended.get(edge.step)?.port === edge.port)).toBe(true)
        }
        if (complete) {
          expect(ready).toEqual([])
          for (const each of steps) expect(ended.has(each.id) !== skipped.has(each.id)).toBe(true)
          return
        }
        expect(ready.length).toBeGreaterThan(0)
        const next = ready[picks.next().value! % ready.length]!
        ended.set(next.id, { port: ports.next().value! ? 'out' : 'other' })
      }
    }))
  })

  test('what is skipped depends on the ports taken, not on the order of answers', () => {
    fc.assert(fc.property(functions, fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }), fc.infiniteStream(fc.nat()), (steps, ports, picks) => {
      const run = (pick: (n: number) => number) => {
        const ended = new Map<string, { port: string | null }>()
        for (;;) {
          const { ready, skipped, complete } = advance(steps, ended)
          if (complete) return [...skipped].sort()
          const next = ready[pick(ready.length)]!
          ended.set(next.id, { port: ports[steps.indexOf(next)]! ? 'out' : 'other' })
        }
      }
      expect(run((n) => picks.next().value! % n)).toEqual(run(() => 0))
    }))
  })
})
