import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Operation } from '#graph/operations.ts'
import { openPendingStore } from './pending-store.ts'

const disk = vi.hoisted(() => ({ records: new Map<string, { operations: unknown[] }>(), busy: Promise.resolve() }))
/** As a database does it: in the order in which it was asked. */
vi.mock('idb-keyval', () => {
  const inTurn = (run: () => void): Promise<void> => (disk.busy = disk.busy.then(run))
  return {
    createStore: () => ({}),
    entries: async () => [...disk.records],
    set: (key: string, kept: { operations: unknown[] }) => inTurn(() => void disk.records.set(key, kept)),
    del: (key: string) => inTurn(() => void disk.records.delete(key)),
  }
})

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const operation = (seq: number): Operation => ({ clientId: 'tab', seq, label: 'Edit', changes: [] })
const kept = (): unknown => disk.records.get('north/one#tab')?.operations

test('a sign of life never brings back what was kept before', async () => {
  const { store, close } = await openPendingStore('north/one', 'tab', 'usr_a')
  await store.save([operation(1)])
  let go = (): void => {}
  disk.busy = new Promise((resolve) => { go = resolve })
  const written = store.save([operation(1), operation(2)])
  vi.advanceTimersByTime(5_000)
  go()
  await written
  await disk.busy
  expect(kept()).toEqual([operation(1), operation(2)])
  const sent = store.save([])
  vi.advanceTimersByTime(5_000)
  await sent
  await disk.busy
  expect(kept()).toBeUndefined()
  close()
})

test('what somebody else left in this browser is not sent by whoever signs in next: it waits for them', async () => {
  disk.records.clear()
  const first = await openPendingStore('north/one', 'tab', 'usr_a')
  await first.store.save([operation(1)])
  first.close()
  vi.advanceTimersByTime(30_000)
  const second = await openPendingStore('north/one', 'tab of another', 'usr_b')
  expect(second.left).toEqual([])
  await second.store.save([])
  second.close()
  const back = await openPendingStore('north/one', 'later tab', 'usr_a')
  expect(back.left).toEqual([operation(1)])
  back.close()
})
