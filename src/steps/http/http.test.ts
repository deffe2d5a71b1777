import { describe, expect, test } from 'vitest'
import type { FanwiseError } from '#base/errors.ts'
import type { JsonObject } from '#base/json.ts'
import { retryAfterMs } from '#steps/http/failure.ts'
import type { OutgoingResponse } from '#steps/kind.ts'
import { runStep } from '#steps/test-context.ts'

const data = { email: 'ada@x.dev', id: 'a/b', n: 3 }
const go = (config: JsonObject, answer?: Partial<OutgoingResponse>) => runStep('http', config, { data, ...(answer === undefined ? {} : { answer }) })
async function failure(config: JsonObject, answer?: Partial<OutgoingResponse>): Promise<FanwiseError> {
  return await go(config, answer).then(() => { throw new Error('no error') }, (error: unknown) => error as FanwiseError)
}

describe('the request', () => {
  test('a JSON body, headers, query, and an Idempotency-Key', async () => {
    const { outcome, sent } = await go({
      method: 'POST', url: 'playground://crm/contacts/{{ event.data.id }}?a=1', query: [{ name: 'n', value: '{{ event.data.n }}' }],
      headers: [{ name: 'Authorization', value: 'Bearer {{ event.data.email }}' }], bodyType: 'json', body: '{ "email": "{{ event.data.email }}", "n": {{ event.data.n }} }',
    })
    expect(sent.requests[0]).toMatchObject({
      method: 'POST', url: 'playground://crm/contacts/a%2Fb?a=1&n=3', timeoutMs: 30_000, body: '{"email":"ada@x.dev","n":3}',
      headers: { Authorization: 'Bearer ada@x.dev', 'Content-Type': 'application/json', 'Idempotency-Key': 'run_1.step' },
    })
    expect(outcome).toMatchObject({ type: 'done', output: { status: 200, body: {} }, input: { method: 'POST', body: { email: 'ada@x.dev', n: 3 } } })
    expect(JSON.stringify(outcome)).not.toContain('Bearer')
  })
  test('forms and text', async () => {
    const form = await go({ method: 'POST', url: 'https://x.dev', bodyType: 'form', form: [{ name: 'a b', value: '{{ event.data.email }}' }] })
    expect(form.sent.requests[0]).toMatchObject({ body: 'a+b=ada%40x.dev', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } })
    const text = await go({ method: 'POST', url: 'https://x.dev', bodyType: 'text', text: 'n={{ event.data.n }}' })
    expect(text.sent.requests[0]?.body).toBe('n=3')
  })
  test('a GET with an untouched JSON field has no body', async () => {
    const { sent } = await go({ method: 'GET', url: 'https://x.dev', bodyType: 'json', body: '{}' })
    expect(sent.requests[0]).not.toHaveProperty('body')
  })
  test('its own Idempotency-Key is kept', async () => {
    const { sent } = await go({ url: 'https://x.dev', headers: [{ name: 'idempotency-key', value: 'mine' }] })
    expect(Object.entries(sent.requests[0]!.headers)).toEqual([['idempotency-key', 'mine']])
  })
  test.each<[JsonObject, string]>([
    [{ url: '{{ event.data.email }}' }, 'url'],
    [{ url: '{{ "file:///etc/passwd" }}' }, 'url'],
    [{ url: 'https://x.dev', headers: [{ name: 'a b', value: '' }] }, 'headers.0.name'],
    [{ url: 'https://x.dev', headers: [{ name: 'a', value: '{{ "x\\r\\nb: c" }}' }] }, 'headers.0.value'],
  ])('%j is refused', async (config, field) => expect(await failure(config)).toMatchObject({ code: 'step_input', field }))
  test('a missing value names its field', async () =>
    expect(await failure({ url: 'https://x.dev', bodyType: 'json', body: '{ "c": {{ event.data.country }} }' })).toMatchObject({ code: 'step_missing_value', field: 'body', message: '`event.data.country` is missing.' }))
})

describe('the answer', () => {
  test('JSON is parsed, other text is text', async () => {
    const body = async (type: string, text: string) => ((await go({ url: 'https://x.dev' }, { headers: type ? { 'content-type': type } : {}, body: text })).outcome as { output: JsonObject }).output.body
    expect(await body('application/problem+json', '[1]')).toEqual([1])
    expect(await body('application/json', '{broken')).toBe('{broken')
    expect(await body('text/html', '{"a":1}')).toBe('{"a":1}')
    expect(await body('', '{"a":1}')).toEqual({ a: 1 })
  })
  test.each([[500, true], [503, true], [408, true], [425, true], [429, true], [400, false], [404, false], [409, false], [301, false]])('%i may be tried again: %s', async (status, retriable) => {
    const error = await failure({ url: 'playground://crm/x' }, { status, body: 'why' })
    expect(error).toMatchObject({ code: retriable ? 'step_outside' : 'step_refused', message: `crm answered ${status}.`, retriable, facts: { status, url: 'playground://crm/x', body: 'why' } })
  })
  test('Retry-After is respected', async () => {
    expect(await failure({ url: 'playground://crm/x' }, { status: 429, headers: { 'retry-after': '7' } })).toMatchObject({ retryAfterMs: 7000 })
    const now = Date.UTC(2026, 0, 1)
    expect([retryAfterMs('Thu, 01 Jan 2026 00:01:00 GMT', now), retryAfterMs('soon', now), retryAfterMs('Thu, 01 Jan 2015 00:01:00 GMT', now), retryAfterMs('99999999', now)]).toEqual([60_000, undefined, 0, 86_400_000])
  })
  test('never fails when told so', async () => {
    expect((await go({ url: 'https://x.dev', failOn: 'never' }, { status: 404 })).outcome).toMatchObject({ type: 'done', output: { status: 404 } })
  })
})
