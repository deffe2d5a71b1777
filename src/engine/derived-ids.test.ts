import fc from 'fast-check'
import { expect, test } from 'vitest'
import { newUuid, uuidTime } from '#base/ids.ts'
import { emittedIds, laneId, runIdFor, runMask } from '#engine/derived-ids.ts'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

test('a run id is a UUID with the time of its event, the same for the same event and function, else another', () => {
  const event = newUuid()
  const [a, b] = [newUuid(), newUuid()]
  const id = runIdFor(event, runMask(a))
  expect(id).toMatch(uuid)
  expect(uuidTime(id)).toBe(uuidTime(event))
  expect(runIdFor(event, runMask(a))).toBe(id)
  expect(new Set([id, runIdFor(event, runMask(b)), runIdFor(event, runMask(a, 1)), runIdFor(newUuid(), runMask(a)), event]).size).toBe(5)
})

test('items of an emit have distinct ids in order; their runs are distinct too', () => {
  const idOf = emittedIds(newUuid(), 'fan_out', 1_764_000_000_000)
  const ids = Array.from({ length: 50_000 }, (_, index) => idOf(index))
  expect(ids[49_999]).toMatch(uuid)
  expect([...ids].sort()).toEqual(ids)
  const masks = [runMask(newUuid()), runMask(newUuid())]
  expect(new Set(ids.flatMap((id) => masks.map((mask) => runIdFor(id, mask)))).size).toBe(100_000)
})

test('different runs, steps and times give different ids', () => {
  fc.assert(fc.property(fc.uuid(), fc.uuid(), fc.string(), fc.string(), fc.nat(), (run1, run2, step1, step2, index) => {
    fc.pre(run1 !== run2 || step1 !== step2)
    expect(emittedIds(run1, step1, 5)(index)).not.toBe(emittedIds(run2, step2, 5)(index))
  }))
})

test('a lane stands for the function and the key value', () => {
  const fn = newUuid()
  expect(laneId(fn, null)).toBe(fn)
  expect(laneId(fn, 'a')).toBe(laneId(fn, 'a'))
  expect(new Set([laneId(fn, 'a'), laneId(fn, 'b'), laneId(newUuid(), 'a'), fn]).size).toBe(4)
  expect(new Set([fn, laneId(fn, 'a'), laneId(fn, null, -1), laneId(fn, null, -2), laneId(fn, '', -1), laneId(fn, 'a', -1)]).size).toBe(6)
})
