import { beforeAll, expect, test } from 'vitest'
import { newUuid } from '#base/ids.ts'
import { approvalToken, approvalUrl, placeOfToken } from '#server/approvals/link.ts'

beforeAll(() => {
  process.env.NEXTAUTH_SECRET = 'a secret for tests only'
})

test('a token names its run and step, and nobody else can make one', () => {
  const place = { workspaceId: newUuid(), runId: newUuid(), step: 'ask_boss' }
  const token = approvalToken(place)
  expect(placeOfToken(token)).toEqual(place)
  expect(placeOfToken(token.replace('ask_boss', 'pay'))).toBeNull()
  const other = approvalToken({ ...place, runId: newUuid() })
  expect(placeOfToken(other.slice(0, 43) + token.slice(43))).toBeNull()
  for (const nonsense of ['', '.', 'x.ask', 'x'.repeat(500), `${token.slice(0, 40)}.ask_boss`]) expect(placeOfToken(nonsense)).toBeNull()
})
test('the address is stable', () => {
  const place = { workspaceId: newUuid(), runId: newUuid(), step: 'ask' }
  expect(approvalUrl('https://fanwise.example/', place)).toBe(approvalUrl('https://fanwise.example', place))
})
