import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson, type Json } from '#base/json.ts'
import { emptyDocument, graphDocument, type GraphDocument, type StepNode } from '#graph/document.ts'
import { addEvent, addFunction, addStep } from '#graph/edit/add-node.ts'
import { connect } from '#graph/edit/connect.ts'
import { removeElements } from '#graph/edit/remove.ts'
import { updateNode } from '#graph/edit/update-node.ts'
import { applyChanges, change, diffDocuments, invertChanges, isUsableChange, readDocument, type Change } from '#graph/operations.ts'
import { applyRandomEdit, randomDocument, randomEdit } from '#graph/random-edits.ts'

const at = { x: 0, y: 0 }
const isValid = (document: GraphDocument) => {
  expect(graphDocument.safeParse(document).error).toBeUndefined()
  for (const node of Object.values(document.nodes)) if (node.type === 'step') expect(document.nodes[node.parent]?.type).toBe('function')
  for (const edge of Object.values(document.edges)) expect([document.nodes[edge.source], document.nodes[edge.target]]).not.toContain(undefined)
}

function makeSmall(): GraphDocument {
  let { document } = addEvent(emptyDocument(), { id: 'ev', position: at, event: 'a/b', sample: { a: 1 } })
  document = addFunction(document, { id: 'fn', position: at, slug: 'one' }).document
  document = addStep(document, { id: 's1', parent: 'fn', kind: 'http' }).document
  document = addStep(document, { id: 's2', parent: 'fn', kind: 'mail', after: 's1' }).document
  const joined = connect(document, { source: 'ev', target: 'fn', id: 'e_sub' })
  return (joined as { document: GraphDocument }).document
}
const base0 = makeSmall()
const small = () => base0

describe('diffDocuments', () => {
  test('a config field is one change with the field as its path; where people write, with the text it was', () => {
    const before = small()
    const after = updateNode(before, 's1', { config: { url: 'https://x.y', method: 'PUT' } })
    expect(diffDocuments(before, after)).toEqual([{ path: ['nodes', 's1', 'config', 'method'], value: 'PUT' }, { path: ['nodes', 's1', 'config', 'url'], value: 'https://x.y', was: '' }])
  })
  test('a position is one change with one value', () => {
    const before = small()
    const after = updateNode(before, 'ev', { position: { x: 8, y: 16 } })
    expect(diffDocuments(before, after)).toEqual([{ path: ['nodes', 'ev', 'position'], value: { x: 8, y: 16 } }])
  })
  test('a removed optional field is a change without a value', () => {
    const before = small()
    expect(diffDocuments(before, updateNode(before, 'ev', { sample: undefined }))).toEqual([{ path: ['nodes', 'ev', 'sample'] }])
  })
})

describe('two who write in one text', () => {
  const url = ['nodes', 's1', 'config', 'url']
  const written = (document: GraphDocument) => (document.nodes.s1 as StepNode).config.url
  const edited = (...changes: Change[]) => written(applyChanges(updateNode(small(), 's1', { config: { url: 'https://x.dev/orders' } }), changes))
  test('both keep their words, and an undo takes back one’s own', () => {
    const ada = { path: url, was: 'https://x.dev/orders', value: 'https://api.x.dev/orders' }
    const ben = { path: url, was: 'https://x.dev/orders', value: 'https://x.dev/orders?open=1' }
    expect(edited(ada, ben)).toBe('https://api.x.dev/orders?open=1')
    expect(edited(ben, ada)).toBe('https://api.x.dev/orders?open=1')
    expect(edited(ada, ben, { path: url, was: ada.value, value: ada.was })).toBe('https://x.dev/orders?open=1')
  })
  test('what is no text to write in, and what would not fit together, is the last one’s', () => {
    const method = ['nodes', 's1', 'config', 'method']
    const after = applyChanges(small(), [{ path: method, value: 'PUT', was: 'GET' }, { path: method, value: 'POST', was: 'GET' }])
    expect((after.nodes.s1 as StepNode).config.method).toBe('POST')
    const note = { id: 'n', type: 'note', position: at, size: { w: 200, h: 100 }, text: 'a' }
    const [long, longer] = ['b'.repeat(9_900), 'c'.repeat(9_900)]
    const noted = applyChanges(small(), [{ path: ['nodes', 'n'], value: note }, { path: ['nodes', 'n', 'text'], value: `${long}a`, was: 'a' }, { path: ['nodes', 'n', 'text'], value: `a${longer}`, was: 'a' }])
    expect((noted.nodes.n as { text: string }).text).toBe(`a${longer}`)
  })
})

describe('applyChanges', () => {
  test('any document turns into any other by their difference, and back by its inverse', () => {
    fc.assert(fc.property(randomDocument, randomDocument, (a, b) => {
      const changes = diffDocuments(a, b)
      for (const one of changes) expect(change.safeParse(one).success).toBe(true)
      expect(canonicalJson(applyChanges(a, changes))).toBe(canonicalJson(b))
      expect(canonicalJson(applyChanges(b, invertChanges(a, changes)))).toBe(canonicalJson(a))
    }), { numRuns: 150 })
  })

  test('an edit and its inverse leave the document as it was, cascades included', () => {
    fc.assert(fc.property(randomDocument, randomEdit, (before, edit) => {
      const changes = diffDocuments(before, applyRandomEdit(before, edit))
      const after = applyChanges(before, changes)
      isValid(after)
      expect(canonicalJson(applyChanges(after, invertChanges(before, changes)))).toBe(canonicalJson(before))
    }), { numRuns: 200 })
  })

  test('edits of different properties give the same document in either order', () => {
    fc.assert(fc.property(randomDocument, randomEdit, randomEdit, (base, left, right) => {
      const a = diffDocuments(base, applyRandomEdit(base, left))
      const b = diffDocuments(base, applyRandomEdit(base, right))
      fc.pre(!overlap(a, b) && !parentClash(base, a, b) && !parentClash(base, b, a))
      expect(canonicalJson(applyChanges(applyChanges(base, a), b))).toBe(canonicalJson(applyChanges(applyChanges(base, b), a)))
    }), { numRuns: 300 })
  })

  test('junk is skipped: nothing throws, the result is always valid', () => {
    const segment = fc.oneof(fc.constantFrom('nodes', 'edges', 'version', 'ev', 'fn', 's1', 's2', 'config', 'position', 'parent', 'type', 'id', '__proto__', 'constructor', 'prototype', 'url'), fc.string())
    const junk = fc.array(fc.record({ path: fc.array(segment, { maxLength: 6 }), value: fc.option(fc.jsonValue() as fc.Arbitrary<Json>, { nil: undefined }) }), { maxLength: 12 })
    fc.assert(fc.property(junk, (changes) => isValid(applyChanges(small(), changes as Change[]))), { numRuns: 300 })
    for (const bad of [null, 1, 'x', [], {}, { path: 'nodes' }, { path: [1, 2] }]) isValid(applyChanges(small(), [bad as unknown as Change]))
  })

  test('prototype members cannot be reached', () => {
    const evil = JSON.parse('[{"path":["nodes","__proto__","polluted"],"value":1},{"path":["nodes","ev","sample"],"value":{"__proto__":{"polluted":1}}},{"path":["__proto__","polluted"],"value":1},{"path":["nodes","constructor"],"value":{"type":"note","id":"constructor","position":{"x":0,"y":0},"size":{"w":1,"h":1},"text":""}}]') as Change[]
    expect(canonicalJson(applyChanges(small(), evil))).toBe(canonicalJson(small()))
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  test('a change under a removed node is dropped, and so are edges to it', () => {
    const removed = applyChanges(small(), [{ path: ['nodes', 'ev'] }])
    expect(removed.edges).not.toHaveProperty('e_sub')
    expect(applyChanges(removed, [{ path: ['nodes', 'ev', 'event'], value: 'x/y' }])).toBe(removed)
  })

  test('removing a frame removes its steps; undoing brings all back', () => {
    const changes: Change[] = [{ path: ['nodes', 'fn'] }]
    const after = applyChanges(small(), changes)
    expect(Object.keys(after.nodes)).toEqual(['ev'])
    expect(after.edges).toEqual({})
    expect(canonicalJson(applyChanges(after, invertChanges(small(), changes)))).toBe(canonicalJson(small()))
  })

  test('a step moved into a frame that was removed meanwhile stays where it was', () => {
    const moved: Change[] = [{ path: ['nodes', 's2', 'parent'], value: 'gone' }, { path: ['nodes', 's2', 'position'], value: { x: 1, y: 2 } }]
    expect(applyChanges(small(), moved).nodes.s2).toEqual(small().nodes.s2)
  })

  test('two people editing two fields of one step both keep their edit', () => {
    const base = small()
    const mine = diffDocuments(base, updateNode(base, 's1', { config: { url: 'https://a.b' } }))
    const theirs = diffDocuments(base, updateNode(base, 's1', { config: { timeout: '5s' } }))
    expect(applyChanges(applyChanges(base, mine), theirs).nodes.s1).toMatchObject({ config: { url: 'https://a.b', timeout: '5s' } })
  })
})

describe('readDocument', () => {
  test('keeps what fits and drops what does not', () => {
    const base = small()
    const broken = JSON.parse(JSON.stringify({ ...base, nodes: { ...base.nodes, bad: { type: 'event' }, s9: { ...base.nodes.s1, id: 's9', parent: 'nope' } } })) as unknown
    expect(canonicalJson(readDocument(broken))).toBe(canonicalJson(base))
    for (const other of [null, 1, [], {}, { version: 2, nodes: {}, edges: {} }]) expect(readDocument(other)).toBeNull()
  })
})

test('removing a step from a chain closes the chain in the saved changes too', () => {
  const base = addStep(small(), { id: 's3', parent: 'fn', kind: 'sleep', after: 's2' }).document
  const after = applyChanges(base, diffDocuments(base, removeElements(base, ['s2'])))
  expect(Object.values(after.edges).map((edge) => [edge.source, edge.target])).toContainEqual(['s1', 's3'])
})

/** Two paths overlap when one leads to the other. */
function overlap(a: Change[], b: Change[]): boolean {
  return a.some((one) => b.some((other) => one.path.every((key, i) => i >= other.path.length || key === other.path[i])))
}

/** A step moved into, or added to, a frame that the other side removes belongs to that frame's removal. */
function parentClash(base: GraphDocument, a: Change[], b: Change[]): boolean {
  const removedFrames = new Set(b.filter((one) => one.path.length === 2 && one.value === undefined && base.nodes[one.path[1]!]?.type === 'function').map((one) => one.path[1]))
  return a.some((one) => one.path[2] === 'parent' && removedFrames.has(one.value as string))
}

test('a part of a path that no operation may have is no change: the others of its operation are kept', () => {
  expect(isUsableChange({ path: ['nodes', 's1', 'config', 'x'.repeat(200)], value: 1 })).toBe(true)
  expect(isUsableChange({ path: ['nodes', 's1', 'config', 'x'.repeat(201)], value: 1 })).toBe(false)
})
