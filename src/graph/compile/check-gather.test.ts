import { expect, test } from 'vitest'
import { compile } from '#graph/compile/index.ts'
import { emptyDocument, type GraphDocument } from '#graph/document.ts'
import { addEvent, addFunction, addStep } from '#graph/edit/add-node.ts'
import { connect } from '#graph/edit/connect.ts'
import { updateNode } from '#graph/edit/update-node.ts'
import { stepDefinition } from '#steps/definitions.ts'
import type { StepKind } from '#steps/kind.ts'

function step(document: GraphDocument, id: string, kind: StepKind, config: Record<string, unknown>, after?: string): GraphDocument {
  return addStep(document, { id, parent: 'fn', kind, key: id, name: id, config: { ...stepDefinition(kind).initial(), ...config }, ...(after === undefined ? {} : { after }) }).document
}

/** each → back, with `of` as given. */
function drawn(of: string): GraphDocument {
  let document = addEvent(emptyDocument(), { id: 'ev', position: { x: 0, y: 0 }, event: 'a/b' }).document
  document = addFunction(document, { id: 'fn', position: { x: 300, y: 0 }, slug: 'all' }).document
  document = step(document, 'each', 'emit-each', { items: '{{ event.data.items }}', event: 'a/c' })
  document = step(document, 'note', 'transform', { fields: [{ name: 'a', value: '1' }] }, 'each')
  document = step(document, 'back', 'gather', { of }, 'note')
  const joined = connect(document, { source: 'ev', target: 'fn' })
  if ('refused' in joined) throw new Error(joined.refused)
  return joined.document
}

const found = (document: GraphDocument) => compile(document, { functionsElsewhere: [] }).diagnostics.filter((one) => one.code.startsWith('gather')).map(({ code, nodeId, field, fix }) => ({ code, nodeId, field, fix }))

test('names an emit per item before it', () => expect(found(drawn('each'))).toEqual([]))
test.each([['nothing', 'gather-unknown'], ['note', 'gather-not-fan-out']])('of %s: %s', (of, code) => {
  expect(found(drawn(of))).toEqual([{ code, nodeId: 'back', field: 'config.of', fix: 'Name each.' }])
})
test('not one that comes after it', () => {
  const document = step(drawn('later'), 'later', 'emit-each', { items: '{{ event.data.items }}', event: 'a/d' }, 'back')
  expect(found(updateNode(document, 'back', {}))).toEqual([{ code: 'gather-order', nodeId: 'back', field: 'config.of', fix: 'Connect later to this step, or to one before it.' }])
})
