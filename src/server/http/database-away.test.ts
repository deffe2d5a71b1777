import { expect, test } from 'vitest'
import { FanwiseError } from '#base/errors.ts'
import { toAnswer } from '#server/http/database-away.ts'

const sqlError = (code: string) => Object.assign(new Error('from Postgres'), { code })

test.each([sqlError('57P01'), sqlError('08006'), sqlError('53300'), sqlError('53100'), sqlError('40001'), sqlError('ECONNREFUSED'), new Error('Connection terminated unexpectedly'), new Error('timeout exceeded when trying to connect')])('%s: come again', (thrown) => {
  expect(toAnswer(thrown)).toMatchObject({ code: 'unavailable', httpStatus: 503, retryAfterMs: 2000 })
})

test('a mistake of ours stays one, and what has a code of its own keeps it', () => {
  expect(toAnswer(new TypeError('x is not a function'))).toMatchObject({ code: 'internal', httpStatus: 500 })
  expect(toAnswer(sqlError('22P02'))).toMatchObject({ code: 'internal' })
  expect(toAnswer(new FanwiseError('not_found', 'There is no connection of this name.'))).toMatchObject({ code: 'not_found' })
})
