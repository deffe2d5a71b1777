/**
 * The text of a key: `fw_<event|api>_live_` + 30 random base62 characters + 6 of checksum.
 * The prefix lets secret scanners find it, the checksum tells a mistyped key without a query.
 */
import { createHash, randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'

export type KeyKind = 'event' | 'api'

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const shape = /^fw_(event|api)_live_[0-9A-Za-z]{36}$/

export function newKeyText(kind: KeyKind): string {
  let text = `fw_${kind}_live_`
  for (let i = 0; i < 30; i++) text += alphabet[randomInt(62)]
  return text + checksum(text)
}

/** Right shape and checksum; says nothing about whether it exists. */
export function isKeyText(text: string): boolean {
  return shape.test(text) && checksum(text.slice(0, -6)) === text.slice(-6)
}

export function hashKey(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(text).digest())
}

function checksum(text: string): string {
  let rest = crc32(text)
  let digits = ''
  for (let i = 0; i < 6; i++) {
    digits = alphabet[rest % 62] + digits
    rest = Math.floor(rest / 62)
  }
  return digits
}
