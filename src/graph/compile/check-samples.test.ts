import { expect, test } from 'vitest'
import type { Json } from '#base/json.ts'
import { compile } from '#graph/compile/index.ts'
import { emptyDocument, type GraphDocument } from '#graph/document.ts'
import { addEvent, addFunction, addStep } from '#graph/edit/add-node.ts'
import { connect } from '#graph/edit/connect.ts'
import { updateNode } from '#graph/edit/update-node.ts'

const at = { x: 0, y: 0 }

/** `a/b` (and `c/d` when asked) → one function that reads `value` in a transform. */
function drawing(value: string, { sample, second = false }: { sample?: Json; second?: boolean } = {}): GraphDocument {
  let document = addEvent(emptyDocument(), { id: 'ev', position: at, event: 'a/b' }).document
  if (sample !== undefined) document = updateNode(document, 'ev', { sample })
  document = addFunction(document, { id: 'fn', position: { x: 300, y: 0 }, slug: 'greet' }).document
  document = addStep(document, { id: 's1', parent: 'fn', kind: 'transform', key: 'one', config: { fields: [{ name: 'x', value }] } }).document
  document = joined(document, 'ev')
  if (!second) return document
  return joined(addEvent(document, { id: 'ev2', position: { x: 0, y: 200 }, event: 'c/d' }).document, 'ev2')
}

function joined(document: GraphDocument, source: string): GraphDocument {
  const answer = connect(document, { source, target: 'fn' })
  if ('refused' in answer) throw new Error(answer.refused)
  return answer.document
}

const withCountry = (n: number): Json[] => Array.from({ length: n }, () => ({ country: 'NL' }))
const without = (n: number): Json[] => Array.from({ length: n }, () => ({ city: 'Utrecht' }))

function findings(document: GraphDocument, samples?: Record<string, Json[]>) {
  const { diagnostics } = compile(document, { functionsElsewhere: [], ...(samples === undefined ? {} : { samples }) })
  return diagnostics.filter((one) => one.code.endsWith('-missing') && one.code.startsWith('sample'))
}

test('a path that some real events lack is a warning with the count', () => {
  const found = findings(drawing('{{ event.data.country }}'), { 'a/b': [...withCountry(17), ...without(3)] })
  expect(found).toEqual([{
    severity: 'warning', code: 'samples-missing', nodeId: 's1', function: 'greet', field: 'config.fields.0.value',
    message: '`event.data.country` is missing in 3 of the last 20 events.', fix: 'Give it a fallback (`?? …`) or check for it first.',
  }])
})

test('one event says so in the singular; a value that is there, even null or false, is no finding', () => {
  expect(findings(drawing('{{ event.data.country }}'), { 'a/b': without(1) })[0]?.message).toBe('`event.data.country` is missing in the last event.')
  expect(findings(drawing('{{ event.data.country }}'), { 'a/b': [{ country: null }, { country: false }] })).toEqual([])
})

test('a fallback or a check makes it fine', () => {
  const samples = { 'a/b': [...withCountry(17), ...without(3)] }
  expect(findings(drawing('{{ event.data.country ?? "NL" }}'), samples)).toEqual([])
  expect(findings(drawing('{{ event.data?.country }}'), samples)).toEqual([])
})

test('the sample of the drawing counts only where no real event has arrived', () => {
  const document = drawing('{{ event.data.country }}', { sample: { city: 'Utrecht' } })
  expect(findings(document, { 'a/b': withCountry(5) })).toEqual([])
  const nothing: (Record<string, Json[]> | undefined)[] = [undefined, {}, { 'a/b': [] }, { 'x/y': withCountry(3) }]
  for (const samples of nothing) expect(findings(document, samples)[0]?.code).toBe('sample-missing')
})

test('of several triggers the one that lacks it is named; one of which nothing is known hides nothing that is', () => {
  const document = drawing('{{ event.data.country }}', { second: true })
  expect(findings(document, { 'a/b': withCountry(4), 'c/d': without(2) })[0]?.message).toBe('`event.data.country` is missing in 2 of the last 2 events of `c/d`.')
  expect(findings(document, { 'a/b': without(4) })).toHaveLength(1)
  expect(findings(document, { 'a/b': withCountry(4) })).toEqual([])
})
