import { expect, test } from 'vitest'
import { newUuid } from '#base/ids.ts'
import { Cipher, lastFour } from '#server/connections/cipher.ts'

const at = { workspaceId: newUuid(), kind: 'secret' as const, id: 'KEY' }

test('what is sealed opens, and looks different each time', () => {
  const cipher = new Cipher('one')
  const sealed = cipher.seal('schlüssel', at)
  expect(cipher.open(sealed, at, 'KEY')).toBe('schlüssel')
  expect(Buffer.from(sealed.cipher).toString('latin1')).not.toContain('schl')
  expect(Buffer.from(cipher.seal('schlüssel', at).cipher).equals(Buffer.from(sealed.cipher))).toBe(false)
})
test.each([{ ...at, id: 'OTHER' }, { ...at, workspaceId: newUuid() }, { ...at, kind: 'connection' as const }])('moved to another row (%j) it does not open', (elsewhere) => {
  const cipher = new Cipher('one')
  const sealed = cipher.seal('text', at)
  expect(() => cipher.open(sealed, elsewhere, 'X')).toThrow('was changed from outside')
})
test('one changed bit is noticed', () => {
  const cipher = new Cipher('one')
  const sealed = cipher.seal('text', at)
  for (const place of [0, 13, sealed.cipher.length - 1]) {
    const bytes = new Uint8Array(sealed.cipher)
    bytes[place]! ^= 1
    expect(() => cipher.open({ ...sealed, cipher: bytes }, at, 'KEY')).toThrow('was changed from outside')
  }
})
test('another secret opens it only when it is named as the one of before', () => {
  const sealed = new Cipher('one').seal('text', at)
  expect(() => new Cipher('two').open(sealed, at, 'KEY')).toThrow('stored with another FANWISE_SECRET')
  const changed = new Cipher('two', ['zero', 'one'])
  expect(changed.open(sealed, at, 'KEY')).toBe('text')
  expect(changed.keyId).not.toBe(sealed.keyId)
  expect([changed.knows(sealed.keyId), new Cipher('two').knows(sealed.keyId)]).toEqual([true, false])
})
test('a short secret shows nothing of itself', () => expect([lastFour('12345678901'), lastFour('123456789012')]).toEqual([null, '9012']))
