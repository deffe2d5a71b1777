import { describe, expect, test } from 'vitest'
import { emptyDocument } from '#graph/document.ts'
import { addEvent, addFunction, addStep } from '#graph/edit/add-node.ts'
import { connect } from '#graph/edit/connect.ts'
import { dataRows, readableData } from './readable-data.ts'

describe('readable data', () => {
  test('a step reads its triggers’ samples and the steps before it, not those beside it', () => {
    const event = addEvent(emptyDocument(), { position: { x: 0, y: 0 }, event: 'user/created', sample: { email: 'ada@north.io' } })
    const frame = addFunction(event.document, { position: { x: 300, y: 0 }, slug: 'welcome' })
    const joined = connect(frame.document, { source: event.id, target: frame.id })
    if (!('document' in joined)) throw new Error(joined.refused)
    const first = addStep(joined.document, { parent: frame.id, kind: 'http', key: 'load' })
    const beside = addStep(first.document, { parent: frame.id, kind: 'code', key: 'beside' })
    const last = addStep(beside.document, { parent: frame.id, kind: 'mail', after: first.id })
    const data = readableData(last.document, last.id)
    expect(data.samples).toEqual([{ email: 'ada@north.io' }])
    expect(data.steps.map((step) => step.key)).toEqual(['load'])
    expect(data.steps[0]?.type).toContain('status: number')
  })

  test('rows are the leaves of the sample, with paths that can be pasted', () => {
    expect(dataRows('event.data', { email: 'a', company: { size: 42 }, 'odd key': [] }).map((row) => row.path))
      .toEqual(['event.data.email', 'event.data.company.size', 'event.data["odd key"]'])
  })
})
