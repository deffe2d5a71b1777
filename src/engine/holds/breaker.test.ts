import { expect, test, vi } from 'vitest'
import { Breaker, nextWaitMs, type ServiceNews, type Trip } from '#engine/holds/breaker.ts'
import { serviceHoldId, type Hold, type Holds } from '#engine/holds/holds.ts'

const ws = '01890000-0000-7000-8000-000000000001'
const host = 'crm.example'

function world(hold: Partial<Hold> | null, parksByItself = true) {
  const trips: Trip[] = []
  const calls: string[] = []
  const told: ServiceNews[] = []
  const holds = { none: hold === null, find: () => (hold === null ? undefined : { workspaceId: ws, id: serviceHoldId(ws, host), kind: 'service', target: host, reason: null, auto: true, since: new Date(), untilMs: null, ramp: null, ...hold }), parksByItself: () => parksByItself } as unknown as Holds
  const breaker = new Breaker(holds, { trip: (trip) => trips.push(trip), proved: () => calls.push('proved'), slow: () => calls.push('slow'), tell: (news) => told.push(...news) })
  return { trips, calls, told, breaker, report: (ok: boolean, times = 1) => { for (let n = 0; n < times; n++) breaker.report(ws, host, ok) } }
}

test('ten failures without a success park; a success in between begins the count anew', () => {
  const { trips, report } = world(null)
  report(false, 9)
  report(true)
  report(false, 9)
  expect(trips).toEqual([])
  report(false)
  expect(trips).toEqual([{ workspaceId: ws, host, waitMs: 30_000, reason: '10 failures within 30 s and no success.' }])
})

test('a workspace that does not want it is left alone', () => {
  const { trips, report } = world(null, false)
  report(false, 50)
  expect(trips).toEqual([])
})

test('the try decides: success lets the others follow, failure parks at once and waits longer', () => {
  const good = world({ ramp: 0 })
  good.report(true)
  expect(good.calls).toEqual(['proved'])
  const bad = world({ ramp: 0, since: new Date(Date.now() - 90_000) })
  bad.report(false)
  expect(bad.trips).toHaveLength(1)
  expect(bad.trips[0]!.waitMs).toBeGreaterThanOrEqual(119_000)
  expect(bad.trips[0]!.waitMs).toBeLessThan(125_000)
})

test('a connection that is refused is parked until a person has changed it; one that follows late does not park it again', () => {
  const { trips, breaker } = world(null)
  for (let n = 0; n < 10; n++) breaker.report(ws, 'connection:CRM', false)
  expect(trips).toEqual([{ workspaceId: ws, host: 'connection:CRM', waitMs: null, reason: 'Refused 10 times within 30 s and never let in (401). Change it under Settings → Connections, and its runs go on.' }])
  const again = world({ ramp: 10, auto: true })
  again.breaker.report(ws, 'connection:CRM', false)
  expect(again.trips).toEqual([])
})

test('waits double up to ten minutes', () => {
  const waits: number[] = []
  let parked = 0
  for (let n = 0; n < 7; n++) {
    const wait = nextWaitMs(n === 0 ? null : parked)
    waits.push(wait / 1000)
    parked += wait
  }
  expect(waits).toEqual([30, 60, 120, 240, 480, 600, 600])
})

test('while it is parked late answers change nothing; while a person lets it go, failures slow it, once a second', () => {
  const parked = world({ ramp: null })
  parked.report(false, 50)
  expect(parked.trips).toEqual([])
  const going = world({ ramp: 40, auto: false }, false)
  going.report(false, 5)
  expect(going.calls).toEqual(['slow'])
})

test('workers count together: failures of all add up, and a success at one ends the count of all', async () => {
  const [a, b] = [world(null), world(null)]
  const exchange = async () => {
    await vi.advanceTimersByTimeAsync(100)
    for (const [from, to] of [[a, b], [b, a]] as const) for (const news of from.told.splice(0)) to.breaker.heard(news)
  }
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    a.report(false, 5)
    b.report(false, 3)
    await exchange()
    b.report(true)
    b.report(false)
    await exchange()
    // One failure since that success: eight more are no reason yet.
    a.report(false, 4)
    b.report(false, 4)
    await exchange()
    expect([...a.trips, ...b.trips]).toEqual([])
    a.report(false)
    await exchange()
    expect(a.trips.map(({ reason }) => reason)).toEqual(['10 failures within 30 s and no success.'])
    a.report(true, 50)
    b.report(true, 50)
    await exchange()
    a.report(true, 50)
    await exchange()
    expect(a.told, 'a service that answers costs nobody a word').toEqual([])
  } finally {
    vi.useRealTimers()
  }
})
