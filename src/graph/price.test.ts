import { expect, test } from 'vitest'
import { emptyDocument, type GraphDocument } from '#graph/document.ts'
import { addEvent, addFunction, addStep } from '#graph/edit/add-node.ts'
import { connect } from '#graph/edit/connect.ts'
import { updateEdge, updateNode } from '#graph/edit/update-node.ts'
import { compile } from '#graph/compile/index.ts'
import { emptyCatalog } from '#graph/compile/catalog.ts'
import { allowedIn, drawnConsumers, hostsOf, priceOf, publishedConsumer, type Consumer } from '#graph/price.ts'

const consumer = (slug: string, more: Partial<Consumer> = {}): Consumer => ({ slug, limit: null, second: null, keyed: false, throttle: null, batch: 1, atMost: false, hosts: {}, ...more })

function drawing(): GraphDocument {
  const event = addEvent(emptyDocument(), { position: { x: 0, y: 0 }, event: 'digest/*', id: 'e' })
  const mail = addFunction(event.document, { position: { x: 300, y: 0 }, slug: 'send', id: 'f', concurrency: { limit: 20 } })
  const call = addStep(mail.document, { parent: 'f', kind: 'http', config: { method: 'POST', url: 'playground://crm/contacts' } })
  const joined = connect(call.document, { source: 'e', target: 'f', id: 'line' })
  if (!('document' in joined)) throw new Error('not joined')
  return joined.document
}

test('hosts are read where the address says one', () => {
  const step = (url: string) => ({ kind: 'http', config: { url } })
  expect(hostsOf([step('https://API.example.com/a'), step('https://api.example.com?b'), step('playground://crm/contacts'), step('https://{{ event.data.host }}/x'), step('{{ event.data.url }}'), step('https://a.{{ env.ZONE }}.com/'), step('http://u:p@host.io:8080/x'), { kind: 'code', config: { url: 'https://no.com' } }]))
    .toEqual({ 'api.example.com': 2, crm: 1, 'host.io:8080': 1 })
})

test('a drawing and its published definition tell the same', () => {
  const drawn = drawing()
  const [one] = drawnConsumers(drawn, 'digest/weekly.send')
  expect(one).toEqual(consumer('send', { limit: 20, hosts: { crm: 1 } }))
  expect(drawnConsumers(drawn, 'order/placed')).toEqual([])
  const { functions } = compile(drawn, emptyCatalog)
  expect(publishedConsumer(functions[0]!, 'digest/weekly.send')).toEqual(one)
  expect(publishedConsumer(functions[0]!, 'order/placed')).toBeNull()
  expect(drawnConsumers(updateEdge(drawn, 'line', { if: 'event.data.a == 1' }), 'digest/weekly.send')[0]).toMatchObject({ atMost: true })
  expect(drawnConsumers(updateNode(drawn, 'f', { throttle: { limit: 10, period: '1m' } }), 'digest/weekly.send')[0]).toMatchObject({ throttle: { limit: 10, periodMs: 60_000 } })
  // Half written: it tells nothing yet.
  expect(drawnConsumers(updateNode(drawn, 'f', { throttle: { limit: 0, period: '1m' } }), 'digest/weekly.send')[0]).toMatchObject({ throttle: null })
})

test('one line without a condition takes every item, whatever another asks', () => {
  const drawn = drawing()
  const exact = addEvent(drawn, { position: { x: 0, y: 200 }, event: 'digest/weekly.send', id: 'e2' })
  const joined = connect(exact.document, { source: 'e2', target: 'f', id: 'second' })
  if (!('document' in joined)) throw new Error('not joined')
  const asked = updateEdge(joined.document, 'second', { if: 'event.data.a == 1' })
  expect(drawnConsumers(asked, 'digest/weekly.send')).toMatchObject([{ atMost: false }])
  expect(drawnConsumers(updateEdge(asked, 'line', { if: 'event.data.b == 1' }), 'digest/weekly.send')).toMatchObject([{ atMost: true }])
})

test('items × consumers = runs; the slowest limit decides the time', () => {
  const price = priceOf(1000, [consumer('send', { limit: 20, hosts: { 'mail.io': 1, crm: 2 } }), consumer('note', { hosts: { crm: 1 } })], { send: 100, note: 50 }, 500)
  expect(price).toMatchObject({ runs: 2000, ms: 5000, slowest: { slug: 'send', because: 'limit' }, unknown: [], atMost: false })
  expect(price.calls).toEqual([{ host: 'crm', calls: 3000, perSecond: 600, allowed: null, tooFast: false }, { host: 'mail.io', calls: 1000, perSecond: 200, allowed: null, tooFast: false }])
})

test('of two limits the smaller decides, in a drawing and in what is published', () => {
  const drawn = updateNode(updateNode(drawing(), 'f', { concurrency2: { limit: 5 } }), 'f', { concurrency: { limit: 20 } })
  const [one] = drawnConsumers(drawn, 'digest/weekly.send')
  expect(publishedConsumer(compile(drawn, emptyCatalog).functions[0]!, 'digest/weekly.send')).toEqual(one)
  expect(priceOf(1000, [one!], { send: 100 }, 500)).toMatchObject({ ms: 20_000, slowest: { slug: 'send', because: 'limit' } })
  const [keyed] = drawnConsumers(updateNode(drawn, 'f', { concurrency2: { limit: 1, key: 'event.data.user' } }), 'digest/weekly.send')
  expect(priceOf(1000, [keyed!], { send: 100 }, 500)).toMatchObject({ ms: 5000 })
})

test('without a limit the workers’ places decide, for all together', () => {
  expect(priceOf(1000, [consumer('a'), consumer('b')], { a: 100, b: 100 }, 100)).toMatchObject({ ms: 2000, slowest: { because: 'workers' } })
  // A limit above what the workers can do is none.
  expect(priceOf(1000, [consumer('a', { limit: 5000 })], { a: 100 }, 100)).toMatchObject({ ms: 1000, slowest: { because: 'workers' } })
})

test('a throttle paces, a batch makes fewer runs', () => {
  expect(priceOf(1000, [consumer('a', { throttle: { limit: 10, periodMs: 1000 } })], { a: 1 }, 500)).toMatchObject({ ms: 99_000, slowest: { slug: 'a', because: 'throttle' } })
  expect(priceOf(1001, [consumer('a', { batch: 100, hosts: { wh: 1 } })], { a: 10 }, 500)).toMatchObject({ runs: 11, calls: [{ host: 'wh', calls: 11 }] })
})

test('calls are held against what a host allows, as its connections say', () => {
  const allowed = allowedIn({
    secrets: [], settings: [],
    connections: [
      { name: 'CRM', hosts: ['playground://crm'], callsPerMinute: 600 }, { name: 'Mail', hosts: ['*.mail.io'], callsPerMinute: 6000 },
      { name: 'Mail, slow', hosts: ['api.mail.io'], callsPerMinute: 3000 }, { name: 'Unknown', hosts: ['other.io'] },
    ],
  })
  expect(['crm', 'api.mail.io', 'up.mail.io', 'mail.io', 'other.io'].map(allowed)).toEqual([600, 3000, 6000, null, null])
  const calls = (limit: number, items: number) => priceOf(items, [consumer('send', { limit, hosts: { crm: 1 } })], { send: 100 }, 500, allowed).calls[0]
  expect(calls(20, 1000)).toMatchObject({ perSecond: 200, allowed: 600, tooFast: true })
  expect(calls(1, 1000)).toMatchObject({ perSecond: 10, tooFast: false })
  // All of them within one minute's share, however fast.
  expect(calls(20, 600)).toMatchObject({ tooFast: false })
  expect(priceOf(1000, [consumer('new', { hosts: { crm: 1 } })], {}, 500, allowed).calls[0]).toMatchObject({ perSecond: null, allowed: 600, tooFast: false })
})

test('what cannot be known is said', () => {
  expect(priceOf(10, [consumer('new')], {}, 500)).toMatchObject({ runs: 10, ms: null, slowest: null, unknown: ['new'] })
  const keyed = priceOf(10, [consumer('per-user', { limit: 1, keyed: true, hosts: { crm: 1 } }), consumer('b')], { 'per-user': 5, b: 5 }, 500)
  expect(keyed).toMatchObject({ ms: 5, unknown: ['per-user'], calls: [{ host: 'crm', calls: 10, perSecond: null }] })
  expect(priceOf(0, [consumer('a')], { a: 5 }, 500)).toMatchObject({ runs: 0, ms: 0 })
  expect(priceOf(10, [], {}, 500)).toMatchObject({ runs: 0, ms: null, calls: [] })
})
