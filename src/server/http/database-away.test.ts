import { expect, test } from 'vitest'
import { FanwiseError } from '#base/errors.ts'
import { toAnswer } from '#server/http/database-away.ts'
import { baseProcedure, createCaller, router } from '#server/trpc.ts'

const sqlError = (code: string) => Object.assign(new Error('from Postgres'), { code })

test.each([sqlError('57P01'), sqlError('08006'), sqlError('53300'), sqlError('53100'), sqlError('40001'), sqlError('ECONNREFUSED'), new Error('Connection terminated unexpectedly'), new Error('timeout exceeded when trying to connect')])('%s: come again', (thrown) => {
  expect(toAnswer(thrown)).toMatchObject({ code: 'unavailable', httpStatus: 503, retryAfterMs: 2000 })
})

/** As Prisma throws them: the driver's words are in `meta`. */
const prismaError = (code: string, cause: Record<string, unknown>) => Object.assign(new Error('Invalid `prisma.$queryRaw()` invocation'), { code, meta: { driverAdapterError: { cause } } })

test.each([prismaError('P1001', { kind: 'DatabaseNotReachable' }), prismaError('P2010', { kind: 'DatabaseNotReachable' }), prismaError('P2010', { kind: 'postgres', originalCode: '57P01' }), prismaError('P2024', {})])('through Prisma, $code: come again', async (thrown) => {
  expect(toAnswer(thrown)).toMatchObject({ code: 'unavailable' })
  // Pages hear the same.
  const calls = createCaller(router({ ask: baseProcedure.query(() => Promise.reject(thrown)) }))({ user: async () => null })
  await expect(calls.ask()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE', cause: { code: 'unavailable', message: 'The database does not answer.' } })
})

test('a mistake of ours stays one, and what has a code of its own keeps it', () => {
  expect(toAnswer(new TypeError('x is not a function'))).toMatchObject({ code: 'internal', httpStatus: 500 })
  expect(toAnswer(new TypeError('Cannot read properties of undefined (reading \'timeout\')'))).toMatchObject({ code: 'internal' })
  expect(toAnswer(prismaError('P2010', { kind: 'postgres', originalCode: '22P02' }))).toMatchObject({ code: 'internal' })
  expect(toAnswer(sqlError('22P02'))).toMatchObject({ code: 'internal' })
  expect(toAnswer(new FanwiseError('not_found', 'There is no connection of this name.'))).toMatchObject({ code: 'not_found' })
})
