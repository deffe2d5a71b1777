import { expect, test } from 'vitest'
import { compile } from '#graph/compile/index.ts'
import { emptyDocument } from '#graph/document.ts'
import { addEvent, addFunction, addStep } from '#graph/edit/add-node.ts'
import { connect } from '#graph/edit/connect.ts'

function withMail(body: string) {
  let document = addEvent(emptyDocument(), { id: 'e', position: { x: 0, y: 0 }, event: 'refund/asked' }).document
  document = addFunction(document, { id: 'f', position: { x: 400, y: 0 }, slug: 'refund' }).document
  document = addStep(document, { id: 'm', parent: 'f', kind: 'mail', key: 'tell', config: { to: 'a@b.example', subject: 'Decide', body } }).document
  document = addStep(document, { id: 'a', parent: 'f', kind: 'approval', key: 'ask', after: 'm', config: { title: 'Refund?', message: '', timeout: '1h' } }).document
  const joined = connect(document, { source: 'e', target: 'f' })
  if ('refused' in joined) throw new Error(joined.refused)
  return compile(joined.document, { functionsElsewhere: [], samples: {} } as never)
}

test('a mail before the approval may send its link', () => {
  const { functions, diagnostics } = withMail('Here: {{ approvals.ask }}')
  expect(diagnostics.filter((one) => one.severity === 'error')).toEqual([])
  expect(functions[0]?.steps.map((step) => step.kind)).toEqual(['mail', 'approval'])
})
test('only approval steps of the function have a link', () => {
  const { diagnostics } = withMail('Here: {{ approvals.tell }}')
  expect(diagnostics).toMatchObject([{ code: 'approval-unknown', nodeId: 'm', field: 'config.body', fix: 'Write approvals.ask.' }])
})
