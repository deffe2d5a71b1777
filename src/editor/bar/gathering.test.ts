import { expect, test } from 'vitest'
import { templates } from '#examples/templates/list.ts'
import { gatheringOf } from './gathering.ts'

const drawn = (slug: string) => templates.find((one) => one.slug === slug)!.draw()

test('names the functions that gather the event, and no others', () => {
  expect(gatheringOf(drawn('batch-to-warehouse'), 'meter/measured')).toEqual(['load-measurements'])
  expect(gatheringOf(drawn('abandoned-cart'), 'cart/updated')).toEqual(['remind-of-cart'])
  expect(gatheringOf(drawn('abandoned-cart'), 'cart/ordered')).toEqual([])
  expect(gatheringOf(drawn('lead-routing'), 'lead/created')).toEqual([])
})
