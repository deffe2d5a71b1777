import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compile } from '#graph/compile/index.ts'
import { emptyDocument, graphDocument, type GraphDocument } from '#graph/document.ts'
import { addEvent, addFunction, addStep, addWebhook } from '#graph/edit/add-node.ts'
import { connect } from '#graph/edit/connect.ts'
import { removeElements } from '#graph/edit/remove.ts'
import { updateNode } from '#graph/edit/update-node.ts'
import { chooseFunctions, withRenamed } from '#graph/choose.ts'

const at = { x: 0, y: 0 }
const catalog = { functionsElsewhere: [] }
const hashes = (document: GraphDocument): Record<string, string> => Object.fromEntries(compile(document, catalog).functions.map((one) => [one.slug, one.hash]))

function joined(document: GraphDocument, source: string, target: string): GraphDocument {
  const answer = connect(document, { source, target })
  if ('refused' in answer) throw new Error(answer.refused)
  return answer.document
}

/** One event, and functions with a step each. */
function drawing(slugs: string[]): GraphDocument {
  let document = addEvent(emptyDocument(), { id: 'ev', position: at, event: 'a/b' }).document
  for (const slug of slugs) {
    document = addFunction(document, { id: `f_${slug}`, position: at, slug }).document
    document = addStep(document, { id: `s_${slug}`, parent: `f_${slug}`, kind: 'transform', key: 'one', config: { fields: [{ name: 'x', value: '1' }] } }).document
    document = joined(document, 'ev', `f_${slug}`)
  }
  return document
}

const published = drawing(['one', 'two', 'three'])

describe('chooseFunctions', () => {
  test('a changed step goes live in the chosen function only', () => {
    const change = { config: { fields: [{ name: 'x', value: '2' }] } }
    const draft = updateNode(updateNode(published, 's_one', change), 's_two', change)
    const result = hashes(chooseFunctions(published, draft, ['one']))
    expect(result).toEqual({ one: hashes(draft).one, two: hashes(published).two, three: hashes(published).three })
    expect(hashes(draft).one).not.toBe(hashes(published).one)
  })

  test('an event that was renamed under two functions is renamed for the chosen one only', () => {
    const draft = updateNode(published, 'ev', { event: 'x/y' })
    const document = chooseFunctions(published, draft, ['one'])
    const events = compile(document, catalog).functions.map((one) => [one.slug, one.triggers])
    expect(events.sort()).toEqual([['one', [{ type: 'event', event: 'x/y' }]], ['three', [{ type: 'event', event: 'a/b' }]], ['two', [{ type: 'event', event: 'a/b' }]]])
  })

  test('a webhook whose event was renamed under two functions feeds what is drawn now, and keeps nobody from publishing', () => {
    const fed = joined(addWebhook(published, { id: 'wh', position: at }).document, 'wh', 'ev')
    const draft = updateNode(fed, 'ev', { event: 'x/y' })
    const { diagnostics, sources } = compile(chooseFunctions(fed, draft, ['one']), catalog)
    expect(diagnostics.filter((one) => one.severity === 'error')).toEqual([])
    expect(sources).toMatchObject([{ event: 'x/y' }])
  })

  test('a removed function is removed only when it is chosen, a new one added only then', () => {
    const draft = joinedNew(removeElements(published, new Set(['f_two'])))
    expect(Object.keys(hashes(chooseFunctions(published, draft, ['two']))).sort()).toEqual(['one', 'three'])
    expect(Object.keys(hashes(chooseFunctions(published, draft, ['four']))).sort()).toEqual(['four', 'one', 'three', 'two'])
  })

  test('a rename is one change: choosing either name chooses both', () => {
    const draft = updateNode(published, 'f_two', { slug: 'deux' })
    expect([...withRenamed(published, draft, new Set(['deux']))].sort()).toEqual(['deux', 'two'])
    expect(Object.keys(hashes(chooseFunctions(published, draft, ['two']))).sort()).toEqual(['deux', 'one', 'three'])
    expect(Object.keys(hashes(chooseFunctions(published, draft, ['one']))).sort()).toEqual(['one', 'three', 'two'])
  })

  test('a step that moved into a chosen function stays in the one it came from', () => {
    const draft: GraphDocument = { ...published, nodes: { ...published.nodes, s_two: { ...published.nodes.s_two!, parent: 'f_one', key: 'moved' } as never } }
    const document = chooseFunctions(published, draft, ['one'])
    expect(graphDocument.safeParse(document).success).toBe(true)
    expect(compile(document, catalog).functions.find((one) => one.slug === 'two')?.hash).toBe(hashes(published).two)
    expect(compile(document, catalog).functions.find((one) => one.slug === 'one')?.steps.map((step) => step.id).sort()).toEqual(['moved', 'one'])
  })
})

function joinedNew(document: GraphDocument): GraphDocument {
  let next = addFunction(document, { id: 'f_four', position: at, slug: 'four' }).document
  next = addStep(next, { id: 's_four', parent: 'f_four', kind: 'transform', key: 'one', config: { fields: [] } }).document
  return joined(next, 'ev', 'f_four')
}

const slug = fc.constantFrom('one', 'two', 'three')
const someEdit = fc.oneof(
  slug.map((s) => (document: GraphDocument) => removeElements(document, new Set([`f_${s}`]))),
  fc.tuple(slug, fc.integer({ min: 0, max: 9 })).map(([s, retries]) => (document: GraphDocument) => (document.nodes[`f_${s}`] === undefined ? document : updateNode(document, `f_${s}`, { retries }))),
  slug.map((s) => (document: GraphDocument) => {
    const edge = Object.values(document.edges).find((one) => one.target === `f_${s}`)
    return edge === undefined ? document : removeElements(document, new Set([edge.id]))
  }),
  fc.constantFrom('a/c', 'a/d', 'b/*').map((event) => (document: GraphDocument) => updateNode(document, 'ev', { event })),
)

test('whatever was edited: a chosen function is the draft’s, another is the published one, and nothing else is there', () => {
  fc.assert(fc.property(fc.array(someEdit, { maxLength: 6 }), fc.subarray(['one', 'two', 'three']), (edits, chosen) => {
    const draft = edits.reduce((document, edit) => edit(document), published)
    const [was, is, result] = [hashes(published), hashes(draft), hashes(chooseFunctions(published, draft, chosen))]
    for (const name of ['one', 'two', 'three']) expect([name, result[name]]).toEqual([name, chosen.includes(name) ? is[name] : was[name]])
    expect(chooseFunctions(published, draft, chosen)).toEqual(chooseFunctions(published, draft, chosen))
  }))
})
