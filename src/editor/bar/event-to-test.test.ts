import { expect, test } from 'vitest'
import { templates } from '#examples/templates/list.ts'
import { emptyDocument } from '#graph/document.ts'
import { addEvent } from '#graph/edit/add-node.ts'
import { beginningOf } from './event-to-test.ts'

const draw = (slug: string) => templates.find((one) => one.slug === slug)!.draw()
const nobody = new Set<string>()

test('a drawing is tested from where it begins, not from what it sends itself', () => {
  expect(beginningOf(draw('sla-timer'), nobody).name).toBe('ticket/opened')
  expect(beginningOf(draw('nightly-sync'), nobody)).toEqual({ event: null, name: 'fanwise/schedule.ticked' })
  expect(beginningOf(draw('nightly-sync'), new Set(['ev_due'])).name).toBe('sync/user.due')
  expect(beginningOf(emptyDocument(), nobody)).toEqual({ event: null, name: '' })
})

test('an event that goes round in a circle is where it begins when there is no other', () => {
  const { document } = addEvent(emptyDocument(), { id: 'ev', event: '', position: { x: 0, y: 0 } })
  expect(beginningOf(document, nobody)).toMatchObject({ event: { id: 'ev' }, name: '' })
})
