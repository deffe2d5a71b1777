import { expect, test } from 'vitest'
import { emptyShape } from '../code/shape.ts'
import type { DataSource } from '../inspector/readable-data.ts'
import { whyUnreadable, type Place } from './reachable.ts'

const source = (path: string): DataSource => ({ path, title: path, origin: { kind: 'known' }, shape: emptyShape(), type: 'any' })
const place = (changed: Partial<Place> = {}): Place => ({ readable: { own: 'mail', sources: [source('event.data'), source('steps.look')] }, language: 'template', item: false, ...changed })

test.each(['event.data.email', 'steps.look.body[0].id', 'run.id', 'env.REGION'])('%s can be read', (path) => expect(whyUnreadable(path, place())).toBeNull())

test('what a step gives itself cannot be read by it, and what does not come before it neither', () => {
  expect(whyUnreadable('steps.mail.messageId', place())).toMatch(/this step itself/)
  expect(whyUnreadable('steps.later.x', place())).toMatch(/does not come before/)
})

test('an item is there only where the list is gone through; conditions on events know no steps', () => {
  expect(whyUnreadable('item.sku', place())).toMatch(/once for each item/)
  expect(whyUnreadable('item.sku', place({ item: true }))).toBeNull()
  expect(whyUnreadable('steps.look.body', place({ language: 'cel' }))).toMatch(/only the event/)
})
