import { expect, test } from 'vitest'
import { OwnEdits } from './own-edits.ts'

/** As the code editor does: it tells of each change while it is made. */
function field() {
  const own = new OwnEdits()
  const told: string[] = []
  const put = (text: string): void => own.changed(() => told.push(text))
  return { own, told, put }
}

test('what is brought in is no edit; what is typed before and after it is', () => {
  const { own, told, put } = field()
  put('a')
  own.bring(() => put('by a colleague'))
  put('b')
  expect(told).toEqual(['a', 'b'])
})

test('a change that fails does not silence what is typed next', () => {
  const { own, told, put } = field()
  expect(() => own.bring(() => { throw new Error('disposed') })).toThrow('disposed')
  put('a')
  expect(told).toEqual(['a'])
})
