import { expect, test } from 'vitest'
import { askedWithin } from '#server/http/asked-path.ts'

test('leads back to the page that was asked for, and to nothing outside', () => {
  expect(askedWithin('/w/north', '/w/north/fan-outs/fan_1?tab=a&_rsc=x1')).toBe('/w/north/fan-outs/fan_1?tab=a')
  expect(askedWithin('/w/north', '/w/north')).toBe('/w/north')
  for (const asked of ['/w/north2/runs', '/e/key', '//evil.test/w/north', '/w/north/../other', null]) expect(askedWithin('/w/north', asked)).toBe('/w/north')
})
