import { describe, expect, test } from 'vitest'
import type { FanwiseError } from '#base/errors.ts'
import type { JsonObject } from '#base/json.ts'
import { httpDefinition } from '#steps/http/definition.ts'
import { retryAfterMs } from '#steps/http/failure.ts'
import { linkHeader } from '#steps/http/pages.ts'
import type { OutgoingResponse } from '#steps/kind.ts'
import { runStep } from '#steps/test-context.ts'

const data = { email: 'ada@x.dev', id: 'a/b', n: 3, dots: '..' }
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
  test('a method that only reads takes the untouched body away, and gives it back; one that was written or chosen stays', () => {
    const { initial, along } = httpDefinition
    const start = initial()
    const read = { ...start, ...along!(start, 'method', 'GET'), method: 'GET' as const }
    expect(read.bodyType).toBe('none')
    expect(along!(read, 'method', 'HEAD')).toEqual({})
    expect(along!(read, 'method', 'POST')).toEqual({ bodyType: 'json' })
    expect(along!({ ...start, body: '{ "a": 1 }' }, 'method', 'GET')).toEqual({})
    expect(along!({ ...start, bodyType: 'none' }, 'method', 'PUT')).toEqual({})
    expect(along!(start, 'url', 'GET')).toEqual({})
  })
  test.each([
    [{ auth: 'bearer' }, ['token']], [{ auth: 'basic' }, ['user']], [{ auth: 'header' }, ['authName', 'authValue']],
    [{ auth: 'header', authName: 'X-Key', authValue: '{{ secrets.KEY }}' }, []], [{ auth: 'none' }, []], [{}, []],
  ])('a sign-in that lacks something is named before it runs: %j', (drawn, fields) => {
    const parsed = httpDefinition.config.safeParse({ ...httpDefinition.initial(), url: 'https://x.dev', ...drawn })
    expect(parsed.error?.issues.map(({ path }) => path.join('.')) ?? []).toEqual(fields)
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
    [{ url: 'https://x.dev', headers: [{ name: 'X-Name', value: 'Łukasz' }] }, 'headers.0.value'],
    [{ url: 'https://x.dev/u/{{ event.data.dots }}/keys' }, 'url'],
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
    expect(await body('application/json', '{"id":12345678901234567890,"n":12}')).toEqual({ id: '12345678901234567890', n: 12 })
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

describe('signing in', () => {
  test.each<[JsonObject, Record<string, string>, string]>([
    [{ auth: 'bearer', token: '{{ event.data.email }}' }, { Authorization: 'Bearer ada@x.dev' }, 'ada@x.dev'],
    [{ auth: 'basic', user: 'ada', password: 'pässword:1' }, { Authorization: `Basic ${Buffer.from('ada:pässword:1').toString('base64')}` }, Buffer.from('ada:pässword:1').toString('base64')],
    [{ auth: 'header', authName: 'X-Shop-Token', authValue: 't-{{ event.data.n }}' }, { 'X-Shop-Token': 't-3' }, 't-3'],
    [{ auth: 'bearer', token: 'second', headers: [{ name: 'authorization', value: 'first' }] }, { authorization: 'Bearer second' }, 'second'],
  ])('%j is sent and not kept', async (config, headers, secret) => {
    const { sent, outcome } = await go({ url: 'https://x.dev', ...config })
    expect(sent.requests[0]!.headers).toMatchObject(headers)
    expect(JSON.stringify(outcome)).not.toContain(secret)
  })
  test('nothing is sent without it, and what is hidden does not count', async () => {
    for (const auth of [{}, { auth: 'none' }] as JsonObject[]) expect(Object.keys((await go({ url: 'https://x.dev', ...auth, token: 'left over' })).sent.requests[0]!.headers)).toEqual(['Idempotency-Key'])
  })
  test.each<[JsonObject, string]>([[{ auth: 'bearer', token: ' ' }, 'token'], [{ auth: 'bearer', token: 'a\nb' }, 'token'], [{ auth: 'header', authName: 'a b', authValue: 'x' }, 'authName'], [{ auth: 'header', authName: 'A', authValue: '' }, 'authValue']])('%j names its field', async (config, field) => {
    expect(await failure({ url: 'https://x.dev', ...config })).toMatchObject({ code: 'step_input', field })
  })
})

describe('reading', () => {
  test('as JSON, as text', async () => {
    const body = async (response: string, type: string, text: string) => ((await go({ url: 'https://x.dev', response }, { headers: { 'content-type': type }, body: text })).outcome as { output: JsonObject }).output.body
    expect(await body('json', 'text/plain', '{"a":1}')).toEqual({ a: 1 })
    expect(await body('json', 'text/plain', '')).toBeNull()
    expect(await body('text', 'application/json', '{"a":1}')).toBe('{"a":1}')
    expect(await failure({ url: 'https://x.dev', response: 'json' }, { body: '<html>' })).toMatchObject({ code: 'step_refused', message: 'The answer is not JSON: it begins with "<html>".' })
  })
})

describe('pages', () => {
  /** Answers each address with its page, and says which were asked. */
  async function read(config: JsonObject, pages: Record<string, Partial<OutgoingResponse>>): Promise<{ asked: string[]; output: JsonObject }> {
    const asked: string[] = []
    const { outcome } = await runStep('http', { url: 'https://x.dev/a?k=1', ...config }, {
      data, services: { request: async ({ url }) => {
        asked.push(url)
        return { status: 200, headers: { 'content-type': 'application/json' }, body: '[]', ...pages[url] }
      } },
    })
    return { asked, output: (outcome as { output: JsonObject }).output }
  }
  const page = (value: unknown) => ({ body: JSON.stringify(value) })

  test('a next link in the body, relative or whole', async () => {
    const { asked, output } = await read({ pages: 'link', nextPath: 'links.next', itemsPath: 'data' }, {
      'https://x.dev/a?k=1': page({ data: [1, 2], links: { next: '/a?k=2' } }), 'https://x.dev/a?k=2': page({ data: [3], links: { next: 'https://x.dev/a?k=3' } }), 'https://x.dev/a?k=3': page({ data: [], links: { next: null } }),
    })
    expect(asked).toEqual(['https://x.dev/a?k=1', 'https://x.dev/a?k=2', 'https://x.dev/a?k=3'])
    expect(output).toMatchObject({ status: 200, items: [1, 2, 3], pages: 3, more: false })
  })
  test('a Link header', async () => {
    const { output } = await read({ pages: 'link' }, { 'https://x.dev/a?k=1': { headers: { 'content-type': 'application/json', link: '<https://x.dev/z>; rel="last", </b>; rel="next"' }, body: '[1]' }, 'https://x.dev/b': page([2]) })
    expect(output).toMatchObject({ items: [1, 2], pages: 2 })
  })
  test('a Link header whose addresses and titles have commas in them', async () => {
    const link = '<https://x.dev/a?fields=id,name&page=9>; rel="last"; title="the end, at last", <https://x.dev/a?fields=id,name&page=2>; title="more; rel=last"; rel="next"'
    const { asked, output } = await read({ pages: 'link' }, { 'https://x.dev/a?k=1': { headers: { 'content-type': 'application/json', link }, body: '[1]' }, 'https://x.dev/a?fields=id,name&page=2': page([2]) })
    expect(asked).toHaveLength(2)
    expect(output).toMatchObject({ items: [1, 2], more: false })
    for (const [header, next] of [['</b>; rel=next', '/b'], ['</a>; rel="prev", </b>; rel="start next"', '/b'], ['</a>; rel="next-archive"', null], ['</a>; rel=prev; title=next', null]] as const) expect(linkHeader(header)).toBe(next)
  })
  test('a counted parameter, until a page is empty or the most are read', async () => {
    const pages = { 'https://x.dev/a?k=1&p=1': page([1]), 'https://x.dev/a?k=1&p=2': page([2]) }
    const { asked, output } = await read({ pages: 'count', pageParam: 'p' }, pages)
    expect(asked).toHaveLength(3)
    expect(output).toMatchObject({ items: [1, 2], pages: 3, more: false })
    expect((await read({ pages: 'count', pageParam: 'p', maxPages: 2 }, pages)).output).toMatchObject({ items: [1, 2], pages: 2, more: true })
  })
  test('a cursor in the body, sent back until there is none', async () => {
    const pages = {
      'https://x.dev/a?k=1': page({ data: [1], meta: { next: 'a b' } }), 'https://x.dev/a?k=1&after=a+b': page({ data: [2], meta: { next: 7 } }),
      'https://x.dev/a?k=1&after=7': page({ data: [3], meta: { next: null } }),
    }
    const config = { pages: 'cursor', cursorPath: 'meta.next', cursorParam: 'after', itemsPath: 'data' }
    const { asked, output } = await read(config, pages)
    expect(asked).toEqual(Object.keys(pages))
    expect(output).toMatchObject({ items: [1, 2, 3], pages: 3, more: false })
    const stuck = await read(config, { 'https://x.dev/a?k=1': page({ data: [1], meta: { next: 'x' } }), 'https://x.dev/a?k=1&after=x': page({ data: [1], meta: { next: 'x' } }) })
    expect(stuck.output).toMatchObject({ items: [1, 1], pages: 2, more: false })
    await expect(read(config, { 'https://x.dev/a?k=1': page({ data: [1], meta: { next: { id: 1 } } }) })).rejects.toMatchObject({ field: 'cursorPath', message: expect.stringContaining('`meta.next`') as string })
  })
  test('a parameter that says how many came before, until a page is empty', async () => {
    const { asked, output } = await read({ pages: 'skip' }, { 'https://x.dev/a?k=1&offset=0': page([1, 2]), 'https://x.dev/a?k=1&offset=2': page([3]) })
    expect(asked).toEqual(['https://x.dev/a?k=1&offset=0', 'https://x.dev/a?k=1&offset=2', 'https://x.dev/a?k=1&offset=3'])
    expect(output).toMatchObject({ items: [1, 2, 3], pages: 3, more: false })
  })
  test('each page has an Idempotency-Key of its own: a service that keeps the word of one would answer the first page again', async () => {
    const { sent } = await runStep('http', { method: 'POST', url: 'https://x.dev/search', pages: 'count', maxPages: 3 }, { answer: { body: '[1]' } })
    expect(sent.requests.map((one) => one.headers['Idempotency-Key'])).toEqual(['run_1.step', 'run_1.step.page-2', 'run_1.step.page-3'])
    const own = await runStep('http', { method: 'POST', url: 'https://x.dev/search', pages: 'count', maxPages: 2, headers: [{ name: 'Idempotency-Key', value: 'mine' }] }, { answer: { body: '[1]' } })
    expect(own.sent.requests.map((one) => one.headers['Idempotency-Key'])).toEqual(['mine', 'mine'])
  })
  test('a key that the service repeats in its links, and that was cleared there, goes on as it was sent', async () => {
    const mark = 'fwsec0123456789abcdef0123456789abcdefn0z'
    const asked: string[] = []
    const { outcome } = await runStep('http', { url: `https://x.dev/bot${mark}/a?key=${mark}&page=1`, pages: 'link', nextPath: 'next', itemsPath: 'data' }, {
      services: { request: async ({ url }) => {
        asked.push(url)
        return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ data: [asked.length], next: asked.length < 3 ? `https://x.dev/bot‹secret KEY›/a?page=${asked.length + 1}&key=‹secret KEY›` : null }) }
      } },
    })
    expect(asked).toEqual([`https://x.dev/bot${mark}/a?key=${mark}&page=1`, `https://x.dev/bot${mark}/a?page=2&key=${mark}`, `https://x.dev/bot${mark}/a?page=3&key=${mark}`])
    expect(outcome).toMatchObject({ output: { items: [1, 2, 3] } })
  })
  test.each([['count', 'page'], ['skip', 'offset'], ['cursor', 'cursor']])('%s: a service that does not heed the parameter gives one page again and again, which is no list', async (pages, parameter) => {
    const same = { ...page({ data: [{ id: 1 }, { id: 2 }], next_cursor: 'x' }) }
    const all = new Proxy({}, { get: () => same }) as Record<string, Partial<OutgoingResponse>>
    await expect(read({ pages, itemsPath: 'data' }, all)).rejects.toMatchObject({ code: 'step_refused', field: `${pages === 'count' ? 'page' : pages}Param`, message: `Page 2 is the same as page 1: the service does not heed the parameter ${parameter}.` })
  })
  test('the last page given again ends the list', async () => {
    const last = page([{ id: 2 }])
    const { output } = await read({ pages: 'count' }, { 'https://x.dev/a?k=1&page=1': page([{ id: 1 }]), 'https://x.dev/a?k=1&page=2': last, 'https://x.dev/a?k=1&page=3': last })
    expect(output).toMatchObject({ items: [{ id: 1 }, { id: 2 }], pages: 3, more: false })
  })
  test('told not to fail, it says that there is more behind a page that could not be had', async () => {
    const { output } = await read({ pages: 'count', itemsPath: 'data', failOn: 'never' }, { 'https://x.dev/a?k=1&page=1': page({ data: [1] }), 'https://x.dev/a?k=1&page=2': { status: 429, ...page({ error: 'slow down' }) } })
    expect(output).toMatchObject({ status: 429, items: [1], pages: 2, more: true })
  })
  test('never more than 50, and a link in a circle ends', async () => {
    const endless = await runStep('http', { url: 'https://x.dev', pages: 'count' }, { answer: { body: '[1]' } })
    expect(endless.sent.requests).toHaveLength(50)
    const circle = await read({ pages: 'link', nextPath: 'next', itemsPath: 'data' }, { 'https://x.dev/a?k=1': page({ data: [1], next: '/a?k=1' }) })
    expect(circle.output).toMatchObject({ items: [1], pages: 1, more: false })
  })
  test.each([['https://evil.dev/a'], ['http://x.dev/a'], ['https://x.dev:8443/a'], ['//evil.dev/a'], ['playground://crm/a']])('a link to another place, %s, gets no sign-in', async (next) => {
    await expect(read({ pages: 'link', nextPath: 'next', itemsPath: 'data' }, { 'https://x.dev/a?k=1': page({ data: [], next }) })).rejects.toMatchObject({ code: 'step_refused', message: expect.stringContaining('another host') as string })
  })
  test('what is not a list is named', async () => {
    await expect(read({ pages: 'link', itemsPath: 'data' }, { 'https://x.dev/a?k=1': page({ data: { a: 1 } }) })).rejects.toMatchObject({ field: 'itemsPath', message: expect.stringContaining('`data` of page 1') as string, fix: 'Say where in the body the list is, such as data.' })
    await expect(read({ pages: 'count' }, { 'https://x.dev/a?k=1&page=1': page({ users: [1], total: 1 }) })).rejects.toMatchObject({ field: 'itemsPath', fix: 'Say where in the body the list is. There is `users`.' })
  })
})
