import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '#base/json.ts'
import type { Catalog } from '#graph/compile/catalog.ts'
import { compile } from '#graph/compile/index.ts'
import { emptyDocument, type GraphDocument, type OrderEdge } from '#graph/document.ts'
import { addEvent, addFunction, addNote, addSchedule, addStep, addWebhook } from '#graph/edit/add-node.ts'
import { connect } from '#graph/edit/connect.ts'
import { moveNodes } from '#graph/edit/move.ts'
import { updateEdge, updateNode } from '#graph/edit/update-node.ts'
import { randomDocument } from '#graph/random-edits.ts'
import { stepDefinition } from '#steps/definitions.ts'
import type { StepKind } from '#steps/kind.ts'

const at = { x: 0, y: 0 }
const empty: Catalog = { functionsElsewhere: [] }

function join(document: GraphDocument, source: string, target: string, port?: string): GraphDocument {
  const answer = connect(document, { id: `e_${source}_${target}`, source, target, ...(port === undefined ? {} : { port }) })
  if ('refused' in answer) throw new Error(answer.refused)
  return answer.document
}

/** Puts an edge in without asking connect, as an import could. */
const force = (document: GraphDocument, edge: Omit<OrderEdge, 'type'>): GraphDocument => ({ ...document, edges: { ...document.edges, [edge.id]: { type: 'order', ...edge } } })

function step(document: GraphDocument, id: string, kind: StepKind, config: JsonObject = {}, after?: string, parent = 'fn'): GraphDocument {
  return addStep(document, { id, parent, kind, key: id, name: id, config: { ...(stepDefinition(kind).initial() as JsonObject), ...config }, ...(after === undefined ? {} : { after }) }).document
}

const say = (value = '1') => ({ fields: [{ name: 'x', value }] })

/** Event a/b → fn with one transform `one`. */
function base(sample?: JsonObject): GraphDocument {
  let document = addEvent(emptyDocument(), { id: 'ev', position: at, event: 'a/b', ...(sample === undefined ? {} : { sample }) }).document
  document = addFunction(document, { id: 'fn', position: { x: 300, y: 0 }, slug: 'greet' }).document
  return join(step(document, 'one', 'transform', say()), 'ev', 'fn')
}

const found = (document: GraphDocument, catalog: Catalog = empty) => compile(document, catalog).diagnostics.map(({ severity, code, nodeId, field }) => `${severity} ${code} ${nodeId}${field === undefined ? '' : ` ${field}`}`)
const patch = (id: string, fields: Record<string, unknown>, document = base()) => updateNode(document, id, fields)

test('a sound drawing compiles without findings', () => {
  const { functions, diagnostics, sources } = compile(base(), empty)
  expect(diagnostics).toEqual([])
  expect(sources).toEqual([])
  expect(functions).toMatchObject([{
    slug: 'greet', name: 'greet', nodeId: 'fn', retries: 4, triggers: [{ type: 'event', event: 'a/b' }],
    steps: [{ id: 'one', nodeId: 'one', kind: 'transform', config: say(), after: [] }], hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
  }])
})

describe('names', () => {
  test.each([['', 'slug-missing'], ['Not Good', 'slug-invalid'], ['a--b', 'slug-invalid'], ['x'.repeat(70), 'slug-invalid']])('slug %j: %s', (slug, code) => {
    expect(found(patch('fn', { slug }))).toEqual([`error ${code} fn slug`])
    expect(compile(patch('fn', { slug }), empty).functions).toEqual([])
  })
  test('two functions of one name, here or in another workflow', () => {
    const twice = addFunction(base(), { id: 'fn2', position: at, slug: 'other' }).document
    const same = join(step(updateNode(twice, 'fn2', { slug: 'greet' }), 's2', 'transform', say(), undefined, 'fn2'), 'ev', 'fn2')
    expect(found(same).sort()).toEqual(['error slug-duplicate fn slug', 'error slug-duplicate fn2 slug'])
    expect(found(base(), { functionsElsewhere: [{ slug: 'greet', workflow: 'old', events: [] }] })).toEqual(['error slug-taken fn slug'])
  })
  test.each([['', 'step-key-invalid'], ['1a', 'step-key-invalid'], ['a-b', 'step-key-invalid'], ['constructor', 'step-key-reserved']])('key %j: %s', (key, code) => {
    expect(found(patch('one', { key }))).toEqual([`error ${code} one key`])
  })
  test('two steps of one key', () => {
    expect(found(updateNode(step(base(), 'two', 'transform', say(), 'one'), 'two', { key: 'one' }))).toEqual(['error step-key-duplicate one key', 'error step-key-duplicate two key'])
  })
})

describe('sources', () => {
  test.each([
    ['', 'event-name-missing'], ['a b', 'event-name-invalid'], ['order/\u202epaid', 'event-name-invisible'], ['x'.repeat(257), null], ['fanwise/mine', 'event-name-reserved'], ['inngest/function.failed', 'event-name-reserved'],
    ['*', 'event-wildcard-invalid'], ['a*', 'event-wildcard-invalid'], ['a/*/b', 'event-wildcard-invalid'], ['*.b', 'event-wildcard-invalid'],
  ])('event %j: %s', (event, code) => {
    expect(found(patch('ev', { event }))).toEqual(code === null ? [] : [`error ${code} ev event`])
    if (code !== null) expect(compile(patch('ev', { event }), empty).functions).toEqual([])
  })
  test.each(['a/*', 'a.b.*', 'fanwise/function.failed', 'fanwise/function.*', 'fanwise/fan-out.settled', 'plain'])('event %j may start a function', (event) => {
    expect(found(patch('ev', { event }))).toEqual([])
  })
  test('an event that nobody reacts to, unless somebody elsewhere does', () => {
    const lonely = addEvent(base(), { id: 'ev2', position: at, event: 'c/d' }).document
    expect(found(lonely)).toEqual(['warning event-without-reaction ev2'])
    expect(found(lonely, { functionsElsewhere: [{ slug: 'x', workflow: 'w', events: ['c/*'] }] })).toEqual([])
  })
  test('webhooks: not connected, connected to a pattern, and as a source', () => {
    const hook = addWebhook(base(), { id: 'wh', position: at, name: 'Shop', hookId: 'hook-0001', dedupePath: 'id' }).document
    expect(found(hook)).toEqual(['warning webhook-unconnected wh'])
    const fed = join(hook, 'wh', 'ev')
    expect(compile(fed, empty)).toMatchObject({ diagnostics: [], sources: [{ type: 'webhook', hookId: 'hook-0001', nodeId: 'wh', name: 'Shop', event: 'a/b', dedupePath: 'id' }] })
    for (const path of ['items[0].id', 'data..id', '.id']) expect(found(updateNode(fed, 'wh', { dedupePath: path }))).toEqual(['warning dedupe-path wh dedupePath'])
    expect(found(updateNode(fed, 'ev', { event: 'a/*' }))).toEqual(['error webhook-needs-exact-name ev event'])
  })
  const scheduled = (cron: string, timezone = 'UTC') => join(addSchedule(base(), { id: 'sc', position: at, cron, timezone }).document, 'sc', 'fn')
  test.each([['', 'cron-missing'], ['61 * * * *', 'cron-invalid'], ['* * *', 'cron-invalid'], ['* * * * * *', 'cron-invalid'], ['0 0 31 2 *', 'cron-never'], ['every day', 'cron-invalid']])('cron %j: %s', (cron, code) => {
    expect(found(scheduled(cron))).toEqual([`error ${code} sc cron`])
  })
  test('time zones', () => {
    expect(found(scheduled('0 9 * * MON', 'Europe/Berlin'))).toEqual([])
    expect(found(scheduled('0 9 * * MON', 'Mars/Olympus'))).toEqual(['error timezone-unknown sc timezone'])
    expect(found(addSchedule(base(), { id: 'sc', position: at }).document)).toEqual(['warning schedule-without-function sc'])
  })
})

describe('functions', () => {
  test('without a trigger, unless another function calls it', () => {
    const loose = step(addFunction(base(), { id: 'fn2', position: at, slug: 'helper' }).document, 's2', 'transform', say(), undefined, 'fn2')
    expect(found(loose)).toEqual(['warning function-without-trigger fn2'])
    expect(compile(loose, empty).functions).toHaveLength(2)
    expect(found(step(loose, 'call', 'invoke', { function: 'helper' }, 'one'))).toEqual([])
  })
  test('without steps', () => {
    expect(found(join(addFunction(base(), { id: 'fn2', position: at, slug: 'hollow' }).document, 'ev', 'fn2'))).toEqual(['error function-without-steps fn2'])
  })
  test.each([[-1, false], [0, true], [20, true], [21, false]])('%d retries', (retries, fine) => {
    expect(found(patch('fn', { retries }))).toEqual(fine ? [] : ['error retries-range fn retries'])
    expect(found(patch('one', { retries }))).toEqual(fine ? [] : ['error retries-range one retries'])
  })
  test.each([
    [{ limit: 0 }, ['error concurrency-range fn concurrency.limit']], [{ limit: 5 }, []], [{ limit: 5, key: 'event.data.userId' }, []],
    [{ limit: 5, key: 'event.data.' }, ['error concurrency-key-syntax fn concurrency.key']], [{ limit: 5, key: 'user.id' }, ['error concurrency-key-syntax fn concurrency.key']],
  ])('concurrency %j', (concurrency, findings) => {
    expect(found(patch('fn', { concurrency }))).toEqual(findings)
  })
  test('conditions of subscriptions', () => {
    expect(found(updateEdge(base(), 'e_ev_fn', { if: 'event.data.plan == "pro"' }))).toEqual([])
    expect(compile(updateEdge(base(), 'e_ev_fn', { if: 'event.data.plan == "pro"' }), empty).functions[0]!.triggers).toEqual([{ type: 'event', event: 'a/b', if: 'event.data.plan == "pro"' }])
    expect(found(updateEdge(base(), 'e_ev_fn', { if: 'event.data.plan = "pro"' }))).toEqual(['error condition-syntax fn edges.e_ev_fn.if'])
    const scheduled = join(addSchedule(base(), { id: 'sc', position: at }).document, 'sc', 'fn')
    expect(found(updateEdge(scheduled, 'e_sc_fn', { if: 'true' }))).toEqual(['error condition-on-schedule fn edges.e_sc_fn.if'])
  })
})

describe('order', () => {
  const two = () => step(base(), 'two', 'transform', say('{{ steps.one.x }}'), 'one')
  test('parallel steps and a join come out in order with all their edges', () => {
    let document = step(two(), 'also', 'transform', say(), 'one')
    document = join(join(step(document, 'last', 'transform', say('{{ steps.two.x }}{{ steps.also.x }}')), 'two', 'last'), 'also', 'last')
    expect(found(document)).toEqual([])
    expect(compile(document, empty).functions[0]!.steps.map((one) => [one.id, one.after.map((edge) => edge.step)])).toEqual([['one', []], ['two', ['one']], ['also', ['one']], ['last', ['also', 'two']]])
  })
  test('a circle names each of its steps, and what only it leads to is not called unreachable twice', () => {
    const circle = force(two(), { id: 'back', source: 'two', target: 'one', port: 'out' })
    expect(found(circle)).toEqual(['error step-circle one', 'error step-circle two'])
    const beyond = force(step(circle, 'three', 'transform', say()), { id: 'on', source: 'two', target: 'three', port: 'out' })
    expect(found(beyond)).toEqual(['error step-circle one', 'error step-circle two', 'error step-unreachable three'])
  })
  test('an unknown way out, and what it would lead to', () => {
    const odd = force(step(base(), 'two', 'transform', say()), { id: 'odd', source: 'one', target: 'two', port: 'maybe' })
    expect(found(odd)).toEqual(['error port-unknown one', 'error step-unreachable two'])
  })
  test('steps of two functions joined', () => {
    const other = join(step(addFunction(base(), { id: 'fn2', position: at, slug: 'other' }).document, 'far', 'transform', say(), undefined, 'fn2'), 'ev', 'fn2')
    expect(found(force(other, { id: 'x', source: 'one', target: 'far', port: 'out' }))).toEqual(['error order-leaves-function one'])
  })
  test('a step left alone beside a chain', () => {
    expect(found(step(two(), 'alone', 'transform', say()))).toEqual(['warning step-unconnected alone'])
  })
})

describe('configs', () => {
  test.each<[StepKind, JsonObject, string]>([
    ['http', { url: '' }, 'error config-invalid two config.url'],
    ['http', { url: 'ftp://x' }, 'error config-invalid two config.url'],
    ['http', { url: 'https://x/{{ event.data.id' }, 'error template-syntax two config.url'],
    ['http', { url: 'https://x', bodyType: 'json', body: '{"a":' }, 'error json-syntax two config.body'],
    ['http', { url: 'https://x', bodyType: 'json', body: '{"a":12345678901234567890}' }, 'error json-syntax two config.body'],
    ['http', { url: 'https://x', headers: [{ name: 'A', value: '{{ 1 + }}' }] }, 'error template-syntax two config.headers.0.value'],
    ['http', { url: 'https://x', timeout: 'soon' }, 'error config-invalid two config.timeout'],
    ['code', { code: 'return (' }, 'error code-syntax two config.code'],
    ['condition', { cases: [{ id: 'c1', label: '', when: 'event.data.x >' }] }, 'error expression-syntax two config.cases.0.when'],
    ['wait', { event: 'a/c', condition: 'async.data.x ==' }, 'error cel-syntax two config.condition'],
    ['wait', { event: 'fanwise/secret' }, 'error event-name-reserved two config.event'],
    ['emit', { event: '' }, 'error config-invalid two config.event'],
    ['emit', { event: 'inngest/x' }, 'error event-name-reserved two config.event'],
    ['emit', { event: 'a/*' }, 'error config-invalid two config.event'],
    ['invoke', { function: 'nobody' }, 'error function-unknown two config.function'],
    ['transform', say('{{ whatever.x }}'), 'error name-unknown two config.fields.0.value'],
    ['transform', say('{{ event.user }}'), 'error event-field-unknown two config.fields.0.value'],
    ['transform', say('{{ run.nope }}'), 'error run-field-unknown two config.fields.0.value'],
    ['transform', say('{{ secrets.KEY }}'), 'error secret-stays two config.fields.0.value'],
    ['code', { code: 'return secrets.KEY' }, 'error secret-stays two config.code'],
    ['transform', say('{{ steps.nobody.x }}'), 'error step-unknown two config.fields.0.value'],
    ['transform', say('{{ steps.two.x }}'), 'error step-reads-itself two config.fields.0.value'],
    ['code', { code: 'return steps.nobody' }, 'error step-unknown two config.code'],
  ])('%s %j', (kind, config, finding) => {
    const document = step(base(), 'two', kind, config, 'one')
    expect(found(document)).toEqual([finding])
    expect(compile(document, empty).functions).toEqual([])
  })
  test.each<[StepKind, JsonObject]>([
    ['http', { url: 'https://x', bodyType: 'json', body: '{}', form: [{ name: '', value: '' }] }],
    ['http', { url: 'https://x', pages: 'one', maxPages: 0 }],
    ['http', { url: 'https://x', maxPages: 0 }],
    ['sleep', { mode: 'until', until: '2030-01-01', duration: 'soon' }],
  ])('%s %j: what the form hides keeps nothing from being published', (kind, config) => {
    const document = step(base(), 'two', kind, config, 'one')
    expect(found(document)).toEqual([])
    expect(compile(document, empty).functions).toHaveLength(1)
  })
  test('a finding has words for what is wrong and what to do, and the place in the text', () => {
    const [one] = compile(step(base(), 'two', 'http', { url: '' }, 'one'), empty).diagnostics
    expect(one).toMatchObject({ message: 'URL is empty.', fix: 'Give the address to call.', function: 'greet' })
    const [place] = compile(step(base(), 'two', 'http', { url: 'https://x/{{ 1 + }}' }, 'one'), empty).diagnostics
    expect(place!.position).toBeGreaterThan(9)
  })
  test.each<[StepKind, JsonObject, string]>([
    ['http', { url: 'https://api .example.com/x' }, '"api .example.com" is not a host: it has a space in it. Take the space out.'],
    ['http', { url: ' https://api. example.com?a=b c' }, '"api. example.com" is not a host: it has a space in it. Take the space out.'],
    ['http', { url: 'https://ada:x@{{ event.data.host }} .dev' }, '"… .dev" is not a host: it has a space in it. Take the space out.'],
    ['http', { url: 'playground://c rm/contacts' }, '"c rm" is not a host: it has a space in it. Take the space out.'],
    ['http', { url: 'https://api.example.com:99999/x' }, '"api.example.com:99999" is not a host. Write one such as api.example.com.'],
    ['http', { url: 'https://x', timeout: 'x'.repeat(3000) }, 'Give up after has 3,000 characters; 60 is the most. Shorten it.'],
    ['http', { url: 'https://x', timeout: '' }, 'Give up after is empty. Write one such as 30s, 5m or 7d.'],
    ['mail', { to: 'ada@b.example, Ada', subject: 's' }, '"Ada" is not an e-mail address. Give one such as ada@example.com.'],
    ['sleep', { mode: 'until', until: '24. Dec 2026 09:00' }, '"24. Dec 2026 09:00" is not a date. Write it as 2026-12-24 09:00, which is UTC, or with its offset, such as 2026-12-24T09:00:00+01:00.'],
    ['emit', { event: 'a/c', starts: 'tomorrow 9' }, '"tomorrow 9" is neither a date nor a time from now. Give a time such as 2h, or a date. Write it as 2026-12-24 09:00, which is UTC, or with its offset, such as 2026-12-24T09:00:00+01:00.'],
    ['mail', { to: '{{ event.data.to }}', subject: 's', from: 'Acme' }, '"Acme" is not a sender. Give one such as Acme <hello@acme.example>.'],
    ['mail', { to: 'a@b.example', subject: 's', from: 'x'.repeat(501) }, 'From has 501 characters; 500 is the most. Shorten it.'],
    ['http', { url: 'https://x', query: Array.from({ length: 101 }, () => ({ name: 'a', value: '' })) }, 'Query has 101 entries; 100 is the most. Remove some.'],
    ['code', { code: 'return 1', memoryMb: 64.5 }, '64.5 is not a whole number. Correct Memory, MB.'],
    ['http', { url: 'https://x', method: 'TRACE' }, '"TRACE" is not one of the choices. Choose Method again.'],
  ])('what the schema only refuses is said in words people use: %s', (kind, config, words) => {
    const [one] = compile(step(base(), 'two', kind, config, 'one'), empty).diagnostics
    expect(`${one!.message} ${one!.fix}`).toBe(words)
  })
  test('TypeScript is code, and a hidden field is not checked', () => {
    expect(found(step(base(), 'two', 'code', { code: 'const n: number = (event.data as { n: number }).n\nreturn { n: n satisfies number }' }, 'one'))).toEqual([])
    expect(found(step(base(), 'two', 'http', { url: 'https://x', bodyType: 'none', body: '{"a":' }, 'one'))).toEqual([])
  })
  test('items of an emit per item are in scope there and nowhere else', () => {
    expect(found(step(base(), 'two', 'emit-each', { items: '{{ steps.one.x }}', event: 'c/d', data: '{"a": {{ item.id }}, "i": {{ index }}}' }, 'one'))).toEqual([])
    expect(found(step(base(), 'two', 'emit-each', { items: '{{ item }}', event: 'c/d' }, 'one'))).toEqual(['error name-unknown two config.items'])
  })
  test('a step that comes later cannot be read', () => {
    const document = step(step(base(), 'two', 'transform', say('{{ steps.three.x }}'), 'one'), 'three', 'transform', say(), 'two')
    expect(found(document)).toEqual(['error step-not-before two config.fields.0.value'])
  })
})

describe('steps that may be skipped', () => {
  /** one → choice → yes|no → last, where last reads something. */
  function branched(read: string): GraphDocument {
    let document = step(base(), 'choice', 'condition', { cases: [{ id: 'c1', label: '', when: 'event.data.x' }] }, 'one')
    document = join(join(step(step(document, 'yes', 'transform', say()), 'no', 'transform', say()), 'choice', 'yes', 'true'), 'choice', 'no', 'false')
    return join(join(step(document, 'last', 'transform', say(read)), 'yes', 'last'), 'no', 'last')
  }
  test.each([
    ['{{ steps.yes.x }}', ['warning step-maybe-skipped last config.fields.0.value']], ['{{ steps.yes?.x ?? "none" }}', []], ['{{ steps.one.x }}', []], ['{{ steps.choice.branch }}', []],
  ])('%s', (read, findings) => {
    expect(found(branched(read))).toEqual(findings)
  })
  test('inside its own branch it is certain', () => {
    let document = step(base(), 'choice', 'condition', { cases: [{ id: 'c1', label: '', when: 'event.data.x' }] }, 'one')
    document = step(join(step(document, 'yes', 'transform', say()), 'choice', 'yes', 'true'), 'after', 'transform', say('{{ steps.yes.x }}'), 'yes')
    expect(found(document)).toEqual([])
  })
})

describe('samples', () => {
  const reading = (text: string, sample?: JsonObject) => updateNode(base(sample), 'one', { config: say(text) })
  test.each<[string, JsonObject | undefined, string[]]>([
    ['{{ event.data.email }}', { email: 'a' }, []],
    ['{{ event.data.mail }}', { email: 'a' }, ['warning sample-missing one config.fields.0.value']],
    ['{{ event.data.mail ?? "" }}', { email: 'a' }, []],
    ['{{ event.data.user.name }}', { user: { name: 1 } }, []],
    ['{{ event.data.items[1].sku }}', { items: [{ sku: 1 }] }, ['warning sample-missing one config.fields.0.value']],
    ['{{ event.data.anything }}', undefined, []],
  ])('%s with %j', (text, sample, findings) => {
    expect(found(reading(text, sample))).toEqual(findings)
  })
  test('another trigger without a sample may carry anything', () => {
    const more = join(addEvent(reading('{{ event.data.mail }}', { email: 'a' }), { id: 'ev2', position: at, event: 'c/d' }).document, 'ev2', 'fn')
    expect(found(more)).toEqual([])
  })
})

describe('loops', () => {
  const looping = () => step(base(), 'again', 'emit', { event: 'a/b' }, 'one')
  test('a function that sends what it reacts to', () => {
    const { diagnostics, functions } = compile(looping(), empty)
    expect(diagnostics).toMatchObject([{ severity: 'warning', code: 'emit-loop', nodeId: 'again', message: '`greet` sends `a/b`, which starts `greet` again. This may go on for ever.' }])
    expect(functions).toHaveLength(1)
  })
  test('a function that fans out whenever a fan-out settles', () => {
    const each = step(patch('ev', { event: 'fanwise/fan-out.settled' }), 'each', 'emit-each', { items: '{{ event.data.list }}', event: 'c/d', data: '{{ item }}' }, 'one')
    expect(compile(each, empty).diagnostics).toMatchObject([{ severity: 'warning', code: 'emit-loop', nodeId: 'each', message: '`greet` fans out, and `fanwise/fan-out.settled` starts `greet` again. This may go on for ever.' }])
  })
  test('a chain through another function, here and elsewhere, is named once', () => {
    const sends = step(base(), 'on', 'emit', { event: 'c/d' }, 'one')
    expect(found(sends)).toEqual([])
    const elsewhere: Catalog = { functionsElsewhere: [{ slug: 'far', workflow: 'w', events: ['c/*'], emits: ['a/b'] }] }
    expect(compile(sends, elsewhere).diagnostics).toMatchObject([{ code: 'emit-loop', nodeId: 'on', message: expect.stringContaining('`greet` sends `c/d`, which starts `far`, which sends `a/b`, which starts `greet` again') as string }])
    let both = join(addEvent(sends, { id: 'ev2', position: at, event: 'c/d' }).document, 'ev2', 'fn')
    both = join(step(addFunction(both, { id: 'fn2', position: at, slug: 'other' }).document, 'back', 'emit', { event: 'a/b' }, undefined, 'fn2'), 'ev2', 'fn2')
    expect(found(both).filter((one) => one.includes('emit-loop'))).toHaveLength(1)
  })
})

describe('hashes', () => {
  const hash = (document: GraphDocument) => compile(document, empty).functions[0]!.hash
  test('what changes behaviour changes the hash', () => {
    const document = step(base(), 'two', 'transform', say(), 'one')
    const changed = [
      updateNode(document, 'fn', { retries: 5 }), updateNode(document, 'fn', { concurrency: { limit: 2 } }), updateNode(document, 'one', { config: say('2') }), updateNode(document, 'one', { retries: 0 }),
      updateNode(document, 'ev', { event: 'a/c' }), updateEdge(document, 'e_ev_fn', { if: 'true' }), updateNode(document, 'two', { key: 'zwei' }), step(document, 'three', 'transform', say(), 'two'),
    ].map(hash)
    expect(new Set([hash(document), ...changed]).size).toBe(changed.length + 1)
  })
  test('what does not, does not', () => {
    const document = step(step(base(), 'two', 'transform', say()), 'three', 'transform', say())
    const same = [
      moveNodes(document, { one: { x: 500, y: 300 }, two: { x: 0, y: 0 }, fn: { x: 9, y: 9 } }), updateNode(document, 'one', { name: 'Other' }), updateNode(document, 'fn', { name: 'Other' }),
      addNote(document, { position: at, text: 'hm' }).document, updateNode(document, 'ev', { sample: { a: 1 } }),
    ]
    for (const one of same) expect(hash(one)).toBe(hash(document))
  })
})

describe('any drawing', () => {
  test('compiles to definitions that hold together, or says what is wrong with a node that exists; twice is the same', () => {
    fc.assert(fc.property(randomDocument, (document) => {
      const compiled = compile(document, empty)
      expect(compile(structuredClone(document), empty)).toEqual(compiled)
      const frames = Object.values(document.nodes).filter((node) => node.type === 'function')
      for (const one of compiled.diagnostics) {
        expect(document.nodes).toHaveProperty(one.nodeId)
        expect([one.message, one.fix].every((text) => /^\S.*[.!?]$/s.test(text) || text.length > 0)).toBe(true)
      }
      if (!compiled.diagnostics.some((one) => one.severity === 'error')) expect(compiled.functions).toHaveLength(frames.length)
      for (const definition of compiled.functions) {
        expect(JSON.parse(JSON.stringify(definition))).toEqual(definition)
        const before = new Set<string>()
        for (const one of definition.steps) {
          for (const edge of one.after) expect(before.has(edge.step)).toBe(true)
          expect(stepDefinition(one.kind).config.safeParse(one.config).success).toBe(true)
          before.add(one.id)
        }
        expect(definition.steps[0]?.after).toEqual([])
      }
    }), { numRuns: 200 })
  })
  test('moving everything keeps every hash', () => {
    fc.assert(fc.property(randomDocument, fc.integer({ min: -500, max: 500 }), (document, by) => {
      const moved = moveNodes(document, Object.fromEntries(Object.values(document.nodes).map((node, i) => [node.id, { x: (by * i) % 900, y: by - i * 40 }])))
      const hashes = (one: GraphDocument) => compile(one, empty).functions.map((definition) => `${definition.slug} ${definition.hash}`).sort()
      expect(hashes(moved)).toEqual(hashes(document))
    }), { numRuns: 100 })
  })
})

test.each([['members', '.a'], ['calls', '()'], ['choices', ' ? 1 : 1']])('an expression with thousands of %s is told of, and throws nothing', (_, link) => {
  const document = patch('one', { config: say(`{{ event.data${link.repeat(4000)} }}`) })
  expect(() => compile(document, empty)).not.toThrow()
})
