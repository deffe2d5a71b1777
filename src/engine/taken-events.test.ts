import { expect, test } from 'vitest'
import { takenBefore } from '#engine/taken-events.ts'
import type { StepDefinition } from '#graph/definition.ts'

const step = (id: string, kind: StepDefinition['kind'], after: string[]): StepDefinition => ({ id, nodeId: id, name: id, kind, config: {}, after: after.map((one) => ({ step: one, port: 'out' })) })
const steps = [step('a', 'wait', []), step('b', 'wait', []), step('middle', 'transform', ['a']), step('c', 'wait', ['middle']), step('late', 'wait', ['c', 'b'])]
const outputs = { a: { id: 'evt_1' }, b: { id: 'evt_2' }, middle: { id: 'evt_9' }, c: null }

test('what waits in front took is taken, however far in front; what one beside took is not', () => {
  expect([...takenBefore(steps, 'a', outputs)]).toEqual([])
  expect([...takenBefore(steps, 'c', outputs)]).toEqual(['evt_1'])
  expect([...takenBefore(steps, 'late', outputs)].sort()).toEqual(['evt_1', 'evt_2'])
})
