import { expect, test } from 'vitest'
import { emptyDocument } from '#graph/document.ts'
import { addFunction, addStep } from '#graph/edit/add-node.ts'
import { updateNode } from '#graph/edit/update-node.ts'
import { pinnedIn, pinText, readPin } from './pin.ts'

test('any JSON can be pinned, null included; what is none says where', () => {
  expect(readPin('{"id": "c_1"}')).toEqual({ value: { id: 'c_1' } })
  expect(readPin(' null ')).toEqual({ value: null })
  expect(readPin('')).toEqual({ problem: 'Write JSON, such as { "id": "c_1" }.' })
  expect(readPin('{"id": }')).toMatchObject({ problem: expect.stringMatching(/^This is not JSON yet: .+\.$/) })
  expect(readPin('{"id": 12345678901234567890}')).toEqual({ problem: expect.stringContaining('Put it in quotes.') as string })
  expect(readPin('"a\\u0000b"')).toEqual({ problem: expect.stringContaining('null character') })
  expect(readPin(JSON.stringify('x'.repeat(300_000)))).toEqual({ problem: 'This has 293 KB; a pinned output has at most 256 KB.' })
})

test('a pin of null is shown as it is', () => {
  expect(pinText(null, { id: 1 }, {})).toBe('null')
  expect(pinText(undefined, null, {})).toBe('null')
  expect(pinText(undefined, undefined, [1])).toBe('[\n  1\n]')
})

test('pins are counted, also one that is null', () => {
  let document = addFunction(emptyDocument(), { id: 'fn', position: { x: 0, y: 0 }, slug: 'work' }).document
  for (const id of ['a', 'b']) document = addStep(document, { id, parent: 'fn', kind: 'transform' }).document
  expect(pinnedIn(document)).toBe(0)
  document = updateNode(document, 'a', { pinned: null })
  expect(pinnedIn(document)).toBe(1)
  expect(pinnedIn(updateNode(document, 'a', { pinned: undefined }))).toBe(0)
})
