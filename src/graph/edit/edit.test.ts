import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { emptyDocument, graphDocument, type FunctionNode, type GraphDocument, type StepNode } from '#graph/document.ts'
import { addEvent, addFunction, addSchedule, addStep, addWebhook } from '#graph/edit/add-node.ts'
import { connect } from '#graph/edit/connect.ts'
import { fitFrame } from '#graph/edit/fit-frame.ts'
import { moveNodes, resizeNode } from '#graph/edit/move.ts'
import { freeName, toSlug, toStepKey } from '#graph/edit/names.ts'
import { clip, paste } from '#graph/edit/paste.ts'
import { removeElements } from '#graph/edit/remove.ts'
import { setParent } from '#graph/edit/set-parent.ts'
import { callersOf, renameFunction } from '#graph/edit/rename-function.ts'
import { renameStep, renameStepKey, rewriteKeys, updateNode, whyRefused } from '#graph/edit/update-node.ts'
import { leftLoose } from '#graph/edit/way-on.ts'
import { applyRandomEdit, randomDocument, randomEdit } from '#graph/random-edits.ts'
import { stepSize } from '#graph/sizes.ts'

const at = { x: 0, y: 0 }

/** fn: a → b → c; other: d. Event ev, schedule sc, webhook wh. */
function drawing(): GraphDocument {
  let document = addEvent(emptyDocument(), { id: 'ev', position: at, event: 'a/b' }).document
  document = addSchedule(document, { id: 'sc', position: at }).document
  document = addWebhook(document, { id: 'wh', position: at }).document
  document = addFunction(document, { id: 'fn', position: { x: 300, y: 0 }, slug: 'one' }).document
  document = addFunction(document, { id: 'other', position: { x: 300, y: 300 }, slug: 'two' }).document
  for (const id of ['a', 'b', 'c']) document = addStep(document, { id, parent: 'fn', kind: 'transform', name: id, after: 'last' }).document
  return addStep(document, { id: 'd', parent: 'other', kind: 'emit', name: 'd' }).document
}

const orders = (document: GraphDocument) => Object.values(document.edges).filter((edge) => edge.type === 'order').map((edge) => `${edge.source}>${edge.target}`).sort()
const connected = (document: GraphDocument, source: string, target: string, port?: string): GraphDocument => {
  const answer = connect(document, { source, target, ...(port === undefined ? {} : { port }) })
  if ('refused' in answer) throw new Error(answer.refused)
  return answer.document
}
const node = <T>(document: GraphDocument, id: string) => document.nodes[id] as T

describe('adding', () => {
  test('steps follow each other in a row, joined, with names and keys of their own, and the frame grows', () => {
    let document = addFunction(emptyDocument(), { id: 'f', position: at }).document
    for (let i = 0; i < 3; i++) document = addStep(document, { id: `s${i}`, parent: 'f', kind: 'http', after: 'last' }).document
    const steps = ['s0', 's1', 's2'].map((id) => node<StepNode>(document, id))
    expect(steps.map((step) => [step.key, step.name, step.position])).toEqual([
      ['http', 'HTTP request', { x: 24, y: 40 }], ['http_2', 'HTTP request 2', { x: 168, y: 40 }], ['http_3', 'HTTP request 3', { x: 312, y: 40 }],
    ])
    expect(orders(document)).toEqual(['s0>s1', 's1>s2'])
    expect(node<FunctionNode>(document, 'f').size).toEqual({ w: 464, h: 128 })
  })
  test('slugs are free in the drawing and in the workspace', () => {
    const { document, id } = addFunction(drawing(), { position: at, slug: 'one', taken: ['one-2', 'one-3'] })
    expect(node<FunctionNode>(document, id).slug).toBe('one-4')
  })
  test('a step without a frame is not added', () => {
    expect(addStep(drawing(), { parent: 'ev', kind: 'http' }).document).toEqual(expect.objectContaining({ nodes: expect.not.objectContaining({ http: expect.anything() as unknown }) as unknown }))
    expect(Object.keys(addStep(drawing(), { parent: 'nope', kind: 'http' }).document.nodes)).toHaveLength(9)
  })
})

describe('connecting', () => {
  test.each([
    ['ev', 'fn', 'subscription'], ['sc', 'fn', 'subscription'], ['wh', 'ev', 'feed'], ['a', 'c', 'order'],
  ])('%s → %s is a %s', (source, target, type) => {
    expect(Object.values(connected(drawing(), source, target).edges).at(-1)).toMatchObject({ type, source, target })
  })
  test('a subscription dropped on a step lands on its frame', () => {
    expect(Object.values(connected(drawing(), 'ev', 'd').edges).at(-1)).toMatchObject({ type: 'subscription', target: 'other' })
  })
  test('an emit step dropped on an event takes its name', () => {
    expect(node<StepNode>(connected(drawing(), 'd', 'ev'), 'd').config.event).toBe('a/b')
  })
  test.each([
    ['a', 'a', /before itself/], ['a', 'd', /different functions/], ['a', 'b', /already connected/], ['c', 'a', /circle/], ['a', 'other', /Emit step/], ['d', 'fn', /to an event/],
    ['a', 'ev', /Emit step/], ['ev', 'sc', /frame/], ['ev', 'wh', /frame/], ['wh', 'fn', /to an event/], ['fn', 'other', /Emit step/], ['fn', 'ev', /Emit step/], ['ev', 'gone', /no longer/],
  ])('%s → %s is refused: %s', (source, target, words) => {
    expect(connect(drawing(), { source, target })).toEqual({ refused: expect.stringMatching(words) as string })
  })
  test('nothing twice, one feed per webhook, only ways out that exist', () => {
    expect(connect(connected(drawing(), 'ev', 'fn'), { source: 'ev', target: 'fn' })).toHaveProperty('refused')
    const fed = addEvent(connected(drawing(), 'wh', 'ev'), { id: 'ev2', position: at, event: 'x/y' }).document
    expect(connect(fed, { source: 'wh', target: 'ev2' })).toEqual({ refused: expect.stringContaining('one event') as string })
    expect(connect(drawing(), { source: 'a', target: 'c', port: 'maybe' })).toEqual({ refused: expect.stringContaining('maybe') as string })
  })
  test('two ways out of a condition may lead to one step', () => {
    let document = addStep(drawing(), { id: 'if', parent: 'fn', kind: 'condition' }).document
    document = connected(connected(document, 'if', 'a', 'true'), 'if', 'a', 'false')
    expect(Object.values(document.edges).filter((edge) => edge.source === 'if')).toHaveLength(2)
  })
})

describe('removing', () => {
  test('a chain closes over one step and over a stretch', () => {
    expect(orders(removeElements(drawing(), ['b']))).toEqual(['a>c'])
    const long = addStep(drawing(), { id: 'e', parent: 'fn', kind: 'http', after: 'c' }).document
    expect(orders(removeElements(long, ['b', 'c']))).toEqual(['a>e'])
  })
  test('closing keeps the way out that was used', () => {
    let document = addStep(drawing(), { id: 'if', parent: 'fn', kind: 'condition' }).document
    document = connected(document, 'if', 'a', 'false')
    expect(Object.values(removeElements(document, ['a']).edges).find((edge) => edge.source === 'if')).toMatchObject({ target: 'b', port: 'false' })
  })
  test('what was joined to the way of a failure is not joined to the way before it', () => {
    let document = updateNode(drawing(), 'b', { onError: 'branch' })
    document = addStep(document, { id: 'h', parent: 'fn', kind: 'http', name: 'h' }).document
    document = connected(document, 'b', 'h', 'error')
    for (const after of [removeElements(document, ['b']), setParent(document, 'b', 'other', at)]) {
      expect(orders(after)).toEqual(['a>c'])
      expect(leftLoose(document, after, new Set(['b'])).map((step) => step.id)).toEqual(['h'])
    }
    // Of a first step, what comes next takes its place; what handled its failure does not.
    const first = removeElements(document, ['a', 'b'])
    expect(leftLoose(document, first, new Set(['a', 'b'])).map((step) => step.id)).toEqual(['h'])
    expect(leftLoose(document, removeElements(document, ['a']), new Set(['a']))).toEqual([])
  })
  test.each([
    [['true', 'false'], ['a>c'], ['d']], [['false', 'false'], ['a>c', 'a>d'], []],
  ])('of a condition with %j one way is joined', (ways, expected, loose) => {
    let document = updateNode(drawing(), 'b', { kind: 'condition', config: { mode: 'if' } })
    document = { ...document, edges: Object.fromEntries(Object.entries(document.edges).map(([id, edge]) => [id, edge.type === 'order' && edge.source === 'b' ? { ...edge, port: ways[0]! } : edge])) }
    document = { ...document, nodes: { ...document.nodes, d: { ...node<StepNode>(document, 'd'), parent: 'fn' } } }
    document = connected(document, 'b', 'd', ways[1]!)
    const after = removeElements(document, ['b'])
    expect(orders(after)).toEqual(expected)
    expect(leftLoose(document, after, new Set(['b'])).map((step) => step.id)).toEqual(loose)
  })
  test('what waited for the lateness of something does not run after every success', () => {
    let document = addStep(drawing(), { id: 'w', parent: 'fn', kind: 'wait', after: 'c' }).document
    document = addStep(document, { id: 'late', parent: 'fn', kind: 'http' }).document
    document = connected(document, 'w', 'late', 'timeout')
    expect(orders(removeElements(document, ['w']))).toEqual(['a>b', 'b>c'])
  })
  test('a frame takes its steps and lines with it', () => {
    const document = removeElements(connected(drawing(), 'ev', 'fn'), ['fn'])
    expect(Object.keys(document.nodes).sort()).toEqual(['d', 'ev', 'other', 'sc', 'wh'])
    expect(document.edges).toEqual({})
  })
})

describe('moving', () => {
  test('snaps, grows the frame, and a step pushed out on the left moves the frame, not its neighbours on the canvas', () => {
    const document = moveNodes(drawing(), { c: { x: 701, y: 203 } })
    expect(node<StepNode>(document, 'c').position).toEqual({ x: 704, y: 200 })
    expect(node<FunctionNode>(document, 'fn').size).toEqual({ w: 864, h: 288 })
    const left = moveNodes(drawing(), { a: { x: -40, y: 40 } })
    const absolute = (one: GraphDocument, id: string) => node<StepNode>(one, id).position.x + node<FunctionNode>(one, 'fn').position.x
    expect(absolute(left, 'b')).toBe(absolute(drawing(), 'b'))
    expect(node<StepNode>(left, 'a').position.x).toBeGreaterThanOrEqual(24)
  })
  test('a frame shrinks no further than its steps', () => {
    expect(node<FunctionNode>(resizeNode(drawing(), 'fn', { w: 10, h: 10 }), 'fn').size).toEqual({ w: 464, h: 128 })
  })
})

describe('into another frame', () => {
  test('the step leaves its chain, which closes, and keeps its key unless it is taken', () => {
    const moved = setParent(drawing(), 'b', 'other', { x: 170, y: 40 })
    expect(orders(moved)).toEqual(['a>c'])
    expect(node<StepNode>(moved, 'b')).toMatchObject({ parent: 'other', key: 'b', position: { x: 168, y: 40 } })
    const clash = setParent(updateNode(drawing(), 'd', { key: 'b' }), 'b', 'other', at)
    expect(node<StepNode>(clash, 'b').key).toBe('b_2')
    expect(setParent(drawing(), 'b', 'fn', at)).toEqual(expect.objectContaining({ edges: expect.anything() as unknown }))
    expect(setParent(drawing(), 'b', 'ev', at).nodes.b).toMatchObject({ parent: 'fn' })
  })
})

describe('renaming a key', () => {
  const reading = (text: string) => updateNode(drawing(), 'b', { config: { fields: [{ name: 'x', value: text }] } })
  test.each([
    ['{{ steps.a.id }}', '{{ steps.first.id }}'], ['{{ steps?.a?.id }}', '{{ steps?.first?.id }}'], ['{{ steps["a"].id + steps[\'a\'] }}', '{{ steps["first"].id + steps[\'first\'] }}'],
    ['{ ...steps.a, ...steps["a"].list }', '{ ...steps.first, ...steps["first"].list }'], ['{{ approvals.a.url }} {{ my.approvals.a }}', '{{ approvals.first.url }} {{ my.approvals.a }}'],
    ['{{ steps.ab.id }} {{ event.steps.a }}', '{{ steps.ab.id }} {{ event.steps.a }}'],
    ['const { a } = steps\nreturn a', 'const { first: a } = steps\nreturn a'], ['const { b, a: { id }, c = [1, 2] } = steps', 'const { b, first: { id }, c = [1, 2] } = steps'],
    ['let { a = { x: 1 }, "b": d } = steps; ({ a } = approvals)', 'let { first: a = { x: 1 }, "b": d } = steps; ({ first: a } = approvals)'],
    ['const { a } = steps.a', 'const { a } = steps.first'], ['const { a } = stepsOf(x); if (y) { a } ', 'const { a } = stepsOf(x); if (y) { a } '], ['const { a }: { a: any } = steps', 'const { a }: { a: any } = steps'],
    ['if (a) { b() } const { a, ...rest } = steps', 'if (a) { b() } const { first: a, ...rest } = steps'],
  ])('%s becomes %s', (before, after) => {
    const answer = renameStepKey(reading(before), 'a', 'first')
    expect('document' in answer && node<StepNode>(answer.document, 'b').config).toEqual({ fields: [{ name: 'x', value: after }] })
    expect('document' in answer && node<StepNode>(answer.document, 'a').key).toBe('first')
  })
  test.each([['', /letters/], ['1x', /letters/], ['b', /already/], ['constructor', /JavaScript/]])('%j is refused', (key, words) => {
    expect(renameStepKey(drawing(), 'a', key)).toEqual({ refused: expect.stringMatching(words) as string })
  })
  test('a step that gathers its results follows', () => {
    const fan = addStep(drawing(), { id: 'fan', parent: 'fn', kind: 'emit-each', name: 'Send', key: 'send' }).document
    const answer = renameStepKey(addStep(fan, { id: 'all', parent: 'fn', kind: 'gather', config: { of: 'send' } }).document, 'fan', 'mails')
    expect('document' in answer && node<StepNode>(answer.document, 'all').config.of).toBe('mails')
  })
  test('with a new name, while the key is made from kind or name and no run knows it', () => {
    const drawn = updateNode(addStep(drawing(), { id: 'call', parent: 'fn', kind: 'http' }).document, 'b', { config: { fields: [{ name: 'x', value: '{{ steps.http.body }}' }] } })
    const named = ['C', 'Create', 'Create contact'].reduce((document, name) => renameStep(document, 'call', name), drawn)
    expect(node<StepNode>(named, 'call')).toMatchObject({ name: 'Create contact', key: 'create_contact' })
    expect(node<StepNode>(named, 'b').config).toEqual({ fields: [{ name: 'x', value: '{{ steps.create_contact.body }}' }] })
    expect(node<StepNode>(renameStep(named, 'call', 'A'), 'call').key).toBe('a_2')
    expect(node<StepNode>(renameStep(renameStep(named, 'call', ''), 'call', 'Look up'), 'call').key).toBe('look_up')
    expect(node<StepNode>(renameStep(drawn, 'call', 'Look up', { keepKey: true }), 'call')).toMatchObject({ name: 'Look up', key: 'http' })
    const chosen = renameStepKey(drawn, 'call', 'lead')
    expect('document' in chosen && node<StepNode>(renameStep(chosen.document, 'call', 'Look up'), 'call')).toMatchObject({ name: 'Look up', key: 'lead' })
  })
  test('a name that is too long is not taken, and takes no key along', () => {
    const drawn = addStep(drawing(), { id: 'call', parent: 'fn', kind: 'http' }).document
    expect(renameStep(drawn, 'call', 'x'.repeat(121))).toBe(drawn)
  })
  test('several at once do not catch each other', () => {
    expect(rewriteKeys('{{ steps.a }} {{ steps.b }}', new Map([['a', 'b'], ['b', 'c']]))).toBe('{{ steps.b }} {{ steps.c }}')
  })
})

describe('renaming a function', () => {
  const called = (): GraphDocument => {
    const other = addFunction(drawing(), { id: 'send', position: { x: 0, y: 400 }, slug: 'send-x' }).document
    const taken = addFunction(other, { id: 'other', position: { x: 0, y: 600 }, slug: 'send' }).document
    const calls = addStep(taken, { id: 'call', parent: 'fn', kind: 'invoke', config: { function: 'send-x', data: '' } }).document
    return updateNode(addStep(calls, { id: 'elsewhere', parent: 'fn', kind: 'invoke', config: { function: 'send', data: '' } }).document, 'fn', { onFailure: 'send-x' })
  }
  const names = (document: GraphDocument): unknown[] => [node<StepNode>(document, 'call').config.function, node<FunctionNode>(document, 'fn').onFailure, node<StepNode>(document, 'elsewhere').config.function]

  test('what calls it follows, also over a slug that is empty or another’s while it is typed', () => {
    const callers = new Set<string>()
    let document = called()
    for (const slug of ['send-', 'send', 'sen', '', 'n', 'notify']) {
      for (const id of callersOf(document, 'send')) callers.add(id)
      document = renameFunction(document, 'send', slug, callers)
    }
    expect(names(document)).toEqual(['notify', 'notify', 'send'])
    expect(names(renameFunction(document, 'other', 'mail', callersOf(document, 'other')))).toEqual(['notify', 'notify', 'mail'])
  })
})

describe('updating', () => {
  test('config fields are merged; what would not be a node any more is refused', () => {
    const document = updateNode(drawing(), 'd', { config: { event: 'x/y', id: undefined } })
    expect(node<StepNode>(document, 'd').config).toEqual({ event: 'x/y', data: '{}' })
    expect(updateNode(drawing(), 'fn', { retries: 'many' }).nodes.fn).toMatchObject({ retries: 4 })
    expect(updateNode(drawing(), 'fn', { id: 'zz', type: 'event' }).nodes.fn).toMatchObject({ id: 'fn', type: 'function' })
    const before = drawing()
    expect(updateNode(before, 'wh', { hookId: 'another-hook' }).nodes.wh).toEqual(before.nodes.wh)
  })
  test.each<[string, string, Record<string, unknown>, string | null]>([
    ['a long name', 'ev', { event: 'x'.repeat(3000) }, 'That has 3,000 characters; 256 is the most here. The field stays as it was.'],
    ['a long key', 'fn', { throttle: { limit: 1, period: '1m', key: 'x'.repeat(2001) } }, 'That has 2,001 characters; 2,000 is the most here. The field stays as it was.'],
    ['a wrong kind', 'fn', { retries: 'many' }, 'That does not fit here. The field stays as it was.'],
    ['what fits', 'fn', { throttle: undefined, name: 'Send' }, null],
    ['what is gone', 'gone', { event: 'x'.repeat(3000) }, null],
  ])('why a node stays as it is, in words: %s', (_, id, patch, why) => {
    const before = drawing()
    expect(whyRefused(before, id, patch)).toBe(why)
    if (why !== null) expect(updateNode(before, id, patch)).toBe(before)
  })
})

describe('pasting', () => {
  test('a function comes with its steps and inner lines, under new ids and a free slug', () => {
    const before = connected(updateNode(drawing(), 'b', { config: { fields: [{ name: 'x', value: '{{ steps.a.id }}' }] } }), 'ev', 'fn')
    const { document, ids } = paste(before, clip(before, ['fn']))
    expect(ids).toHaveLength(4)
    const copy = node<FunctionNode>(document, ids[0]!)
    expect(copy).toMatchObject({ slug: 'one-2', position: { x: 332, y: 32 } })
    const steps = ids.slice(1).map((id) => node<StepNode>(document, id))
    expect(steps.map((step) => [step.parent, step.key])).toEqual(['a', 'b', 'c'].map((key) => [copy.id, key]))
    expect(orders(document)).toHaveLength(4)
    expect(Object.values(document.edges).filter((edge) => edge.type === 'subscription')).toHaveLength(1)
  })
  test('steps pasted beside themselves get new keys, and read each other by them', () => {
    const before = updateNode(drawing(), 'b', { config: { fields: [{ name: 'x', value: '{{ steps.a.id }}' }] } })
    const { document, ids } = paste(before, clip(before, ['a', 'b']))
    expect(ids.map((id) => node<StepNode>(document, id).key)).toEqual(['a_2', 'b_2'])
    expect(node<StepNode>(document, ids[1]!).config).toEqual({ fields: [{ name: 'x', value: '{{ steps.a_2.id }}' }] })
  })
  test('steps of two functions that are pasted into one read what they read before', () => {
    const reading = (document: GraphDocument, id: string) => updateNode(document, id, { config: { fields: [{ name: 'x', value: '{{ steps.a.id }}' }] } })
    const other = addStep(updateNode(drawing(), 'd', { key: 'a' }), { id: 'e', parent: 'other', kind: 'transform' }).document
    const before = addFunction(reading(reading(other, 'b'), 'e'), { id: 'home', position: at, slug: 'home' }).document
    const { document, ids } = paste(before, clip(before, ['a', 'b', 'd', 'e']), { into: 'home' })
    const [a, b, d, e] = ids.map((id) => node<StepNode>(document, id)) as [StepNode, StepNode, StepNode, StepNode]
    expect(a.key).not.toBe(d.key)
    expect([b, e].map(({ config }) => config.fields)).toEqual([a, d].map(({ key }) => [{ name: 'x', value: `{{ steps.${key}.id }}` }]))
  })
  test('a function that is drawn small opens for what is pasted into it', () => {
    const small = updateNode(drawing(), 'other', { collapsed: true })
    expect(node<FunctionNode>(paste(small, clip(small, ['a']), { into: 'other' }).document, 'other').collapsed).toBeUndefined()
  })
  test('functions that call each other go on doing so as copies', () => {
    const calling = addStep(updateNode(drawing(), 'fn', { onFailure: 'two' }), { id: 'call', parent: 'fn', kind: 'invoke', config: { function: 'two' } }).document
    const both = paste(calling, clip(calling, ['fn', 'other']))
    const copies = both.ids.map((id) => both.document.nodes[id]!)
    expect(copies.find((one) => one.type === 'function' && one.slug === 'one-2')).toMatchObject({ onFailure: 'two-2' })
    expect(copies.find((one) => one.type === 'step' && one.kind === 'invoke')).toMatchObject({ config: { function: 'two-2' } })
    const alone = paste(calling, clip(calling, ['fn']))
    expect(alone.document.nodes[alone.ids[0]!]).toMatchObject({ onFailure: 'two' })
  })
  test('into another workflow: webhooks get an address of their own, steps need a frame', () => {
    const before = drawing()
    const { document, ids } = paste(emptyDocument(), clip(before, ['wh', 'a']))
    expect(ids).toHaveLength(1)
    expect(document.nodes[ids[0]!]).toMatchObject({ type: 'webhook' })
    expect((document.nodes[ids[0]!] as { hookId: string }).hookId).not.toBe((before.nodes.wh as { hookId: string }).hookId)
  })
})

describe('names', () => {
  test.each([['Send welcome e-mail', 'send-welcome-e-mail', 'send_welcome_e_mail'], ['Über  uns!', 'uber-uns', 'uber_uns'], ['42', '42', 'step_42'], ['', 'function', 'step'], ['constructor', 'constructor', 'constructor_step']])('%j', (text, slug, key) => {
    expect([toSlug(text), toStepKey(text)]).toEqual([slug, key])
  })
  test('numbers go on instead of piling up', () => {
    expect(freeName('a-2', new Set(['a', 'a-2']), '-')).toBe('a-3')
    expect(freeName('x'.repeat(64), new Set(['x'.repeat(64)]), '-')).toBe(`${'x'.repeat(62)}-2`)
  })
})

test('whatever is done, the document stays valid, frames hold their steps, and keys and slugs made here are unique', () => {
  fc.assert(fc.property(randomDocument, randomEdit, (before, edit) => {
    const copy = structuredClone(before)
    const after = applyRandomEdit(before, edit)
    expect(before).toEqual(copy)
    expect(graphDocument.safeParse(after).error).toBeUndefined()
    for (const one of Object.values(after.nodes)) {
      if (one.type !== 'step') continue
      const parent = after.nodes[one.parent]
      expect(parent?.type).toBe('function')
      const size = (parent as FunctionNode).size
      expect(one.position.x >= 24 && one.position.y >= 40 && one.position.x + stepSize(one.kind).w + 24 <= size.w && one.position.y + stepSize(one.kind).h + 44 <= size.h).toBe(true)
    }
    for (const edge of Object.values(after.edges)) expect(after.nodes[edge.source] !== undefined && after.nodes[edge.target] !== undefined).toBe(true)
  }), { numRuns: 200 })
})

test('fitting tightly twice changes nothing more', () => {
  const document = moveNodes(drawing(), { a: { x: 200, y: 160 }, b: { x: 400, y: 160 }, c: { x: 600, y: 200 } })
  const once = fitFrame(document, 'fn', { tight: true })
  expect(node<StepNode>(once, 'a').position).toEqual({ x: 24, y: 40 })
  expect(fitFrame(once, 'fn', { tight: true })).toEqual(once)
})
