import { describe, expect, test } from 'vitest'
import { emptyDocument, type FunctionNode, type StepNode } from '#graph/document.ts'
import { stepsOf } from '#graph/edit/names.ts'
import { eventHeight, inletY, nodeSize } from '#graph/sizes.ts'
import { pillWidth } from '#graph/way-names.ts'
import { addAfter, addReaction, hangFunction, hangReaction, placeAt, placeBySelection } from './place.ts'

const options = { timezone: 'Europe/Berlin' }
const none = new Set<string>()

describe('placing', () => {
  test('a step on empty canvas gets a function around it', () => {
    const { document, id } = placeAt(emptyDocument(), 'http', { x: 400, y: 300 }, options)
    const step = document.nodes[id] as StepNode
    const frame = document.nodes[step.parent] as FunctionNode
    expect(frame.type).toBe('function')
    expect(frame.position.x + step.position.x + 62).toBeCloseTo(400, -1)
  })

  test('a function or a step on an event reacts to it, and whatever is dropped on something covers nothing', () => {
    const event = placeAt(emptyDocument(), 'event', { x: 400, y: 300 }, options)
    for (const kind of ['function', 'http', 'schedule', 'event'] as const) {
      const { document, id } = placeAt(event.document, kind, { x: 410, y: 305 }, options)
      const added = document.nodes[id]!
      const own = added.type === 'step' ? document.nodes[added.parent]! : added
      expect(Object.values(document.edges).map(({ source, target }) => [source, target])).toEqual(kind === 'function' || kind === 'http' ? [[event.id, own.id]] : [])
      const [a, b] = [{ ...own.position, ...nodeSize(own) }, { ...document.nodes[event.id]!.position, ...nodeSize(document.nodes[event.id]!) }]
      expect(a.x >= b.x + b.w || b.x >= a.x + a.w || a.y >= b.y + b.h || b.y >= a.y + a.h).toBe(true)
    }
  })

  test('a step on a frame joins it, after the step to its left', () => {
    const first = placeAt(emptyDocument(), 'http', { x: 400, y: 300 }, options)
    const frame = (first.document.nodes[first.id] as StepNode).parent
    const second = placeAt(first.document, 'mail', { x: 470, y: 360 }, options)
    expect((second.document.nodes[second.id] as StepNode).parent).toBe(frame)
    const third = placeBySelection(second.document, 'code', new Set([first.id]), { x: 0, y: 0 }, options)
    expect(Object.values(third.document.edges)).toMatchObject([{ type: 'order', source: first.id, target: third.id }])
    expect(stepsOf(third.document, frame)).toHaveLength(3)
  })

  test('a step dropped on the line between two goes between them; beside the line it does not', () => {
    const first = placeAt(emptyDocument(), 'http', { x: 400, y: 300 }, options)
    const second = placeBySelection(first.document, 'mail', new Set([first.id]), { x: 0, y: 0 }, options)
    const [a, b] = [first.id, second.id].map((id) => second.document.nodes[id] as StepNode) as [StepNode, StepNode]
    const frame = second.document.nodes[a.parent] as FunctionNode
    const gap = { x: frame.position.x + (a.position.x + 124 + b.position.x) / 2, y: frame.position.y + b.position.y + 22 }
    const between = placeAt(second.document, 'transform', gap, options)
    const lines = Object.values(between.document.edges).map(({ source, target }) => [source, target])
    expect(lines).toHaveLength(2)
    expect(lines).toEqual(expect.arrayContaining([[first.id, between.id], [between.id, second.id]]))
    const beside = placeAt(second.document, 'transform', { x: gap.x, y: gap.y + 40 }, options)
    expect(Object.values(beside.document.edges)).toContainEqual(expect.objectContaining({ source: first.id, target: second.id }))
  })

  test('steps never land on top of each other', () => {
    let document = emptyDocument()
    for (let i = 0; i < 5; i++) document = placeAt(document, 'http', { x: 400, y: 300 }, options).document
    const steps = Object.values(document.nodes).filter((node): node is StepNode => node.type === 'step')
    for (const a of steps) {
      for (const b of steps) {
        if (a.id < b.id && a.parent === b.parent) {
          expect(Math.abs(a.position.x - b.position.x) >= 124 || Math.abs(a.position.y - b.position.y) >= 44).toBe(true)
        }
      }
    }
  })

  test('what is added after an event reacts to it: a function, or a step in one of its own', () => {
    const event = placeAt(emptyDocument(), 'event', { x: 100, y: 100 }, options)
    const first = addReaction(event.document, 'function', event.id, options)
    const second = addReaction(first.document, 'http', event.id, options)
    const step = second.document.nodes[second.id] as StepNode
    expect(Object.values(second.document.edges).map(({ type, source, target }) => [type, source, target])).toEqual([['subscription', event.id, first.id], ['subscription', event.id, step.parent]])
    expect(step.parent).not.toBe(first.id)
  })

  test('a function clicked with an event selected hangs on it, below the others', () => {
    const event = placeAt(emptyDocument(), 'event', { x: 100, y: 100 }, options)
    const first = placeBySelection(event.document, 'function', new Set([event.id]), { x: 0, y: 0 }, options)
    const second = hangFunction(first.document, event.id, options)
    const [a, b] = [first.id, second.id].map((id) => second.document.nodes[id] as FunctionNode) as [FunctionNode, FunctionNode]
    expect(Object.values(second.document.edges).map((edge) => edge.target)).toEqual([first.id, second.id])
    expect(b.position.y).toBeGreaterThanOrEqual(a.position.y + a.size.h)
    expect(a.slug).not.toBe(b.slug)
  })

  test('a function that hangs on an event stands beside what is there already', () => {
    const event = placeAt(emptyDocument(), 'event', { x: 100, y: 100 }, options)
    const stranger = placeAt(event.document, 'function', { x: 400, y: 140 }, options)
    const hung = hangFunction(stranger.document, event.id, options)
    const [a, b] = [stranger.id, hung.id].map((id) => hung.document.nodes[id] as FunctionNode) as [FunctionNode, FunctionNode]
    const apart = a.position.x + a.size.w <= b.position.x || b.position.x + b.size.w <= a.position.x || a.position.y + a.size.h <= b.position.y || b.position.y + b.size.h <= a.position.y
    expect(apart).toBe(true)
  })

  test('the step of another way never stands where it would look as if it led to the next one', () => {
    const condition = placeAt(emptyDocument(), 'condition', { x: 400, y: 300 }, options)
    const wait = addAfter(condition.document, 'wait', condition.id, 'true')
    const late = addAfter(wait.document, 'approval', wait.id, 'timeout')
    const no = addAfter(late.document, 'mail', condition.id, 'false')
    const [last, mail] = [late.id, no.id].map((id) => no.document.nodes[id] as StepNode) as [StepNode, StepNode]
    expect(last.position.x).toBeGreaterThan(mail.position.x)
    expect(Math.abs(mail.position.y - last.position.y)).toBeGreaterThanOrEqual(44)
  })

  test('behind a way with a long name there is room for the name and for the head of its arrow', () => {
    const approval = placeAt(emptyDocument(), 'approval', { x: 400, y: 300 }, options)
    const next = addAfter(approval.document, 'http', approval.id, 'approved')
    const [from, to] = [approval.id, next.id].map((id) => next.document.nodes[id] as StepNode) as [StepNode, StepNode]
    expect(to.position.x - from.position.x - 124).toBeGreaterThanOrEqual(pillWidth('approved') + 24)
  })

  test('a function for what a step sends gets the event, too, once; it stands clear, and its line is straight', () => {
    const sends = placeAt(emptyDocument(), 'emit', { x: 400, y: 300 }, options)
    const step = sends.document.nodes[sends.id] as StepNode
    const one = hangReaction(sends.document, step, 'order/paid', options)
    const two = hangReaction(one.document, step, 'order/paid', options)
    const events = Object.values(two.document.nodes).filter((node) => node.type === 'event')
    expect(events).toMatchObject([{ event: 'order/paid' }])
    expect(Object.values(two.document.edges).map((edge) => [edge.source, edge.target])).toEqual([[events[0]!.id, one.id], [events[0]!.id, two.id]])
    const [a, b] = [one.id, two.id].map((id) => two.document.nodes[id] as FunctionNode) as [FunctionNode, FunctionNode]
    expect(a.position.y + inletY).toBe(events[0]!.position.y + eventHeight / 2)
    expect(b.position.y).toBeGreaterThanOrEqual(a.position.y + a.size.h)
  })

  test('clicked things find a free place', () => {
    const first = placeBySelection(emptyDocument(), 'event', none, { x: 0, y: 0 }, options)
    const second = placeBySelection(first.document, 'event', none, { x: 0, y: 0 }, options)
    const ys = [first.id, second.id].map((id) => second.document.nodes[id]!.position.y) as [number, number]
    expect(Math.abs(ys[0] - ys[1])).toBeGreaterThan(62)
  })
})
