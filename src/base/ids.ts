/**
 * Identifiers. Rows carry UUIDs whose first 48 bits are milliseconds, so they sort by time;
 * people and programs see `<prefix>_<26 characters>`, the same 128 bits in Crockford base32
 * (the alphabet of ULIDs). Pure: runs in the browser and on the server.
 */
export type IdPrefix = 'ws' | 'usr' | 'wf' | 'fn' | 'evt' | 'run' | 'fan' | 'key' | 'mail' | 'req' | 'cmt' | 'con' | 'aud' | 'inv'

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
let lastMs = 0
let sequence = 0

// Taken before the pages are there: Next.js puts its own clock and randomness in their place, which look at each
// call whether a page is being rendered, and ids are made by the ten thousand.
const clock = Date.now
const pool = new Uint8Array(4096)
let used = pool.length

/** Random bytes, asked for by the page: asking costs far more than the bytes. */
function random(count: number): Uint8Array {
  if (used + count > pool.length) {
    crypto.getRandomValues(pool)
    used = 0
  }
  used += count
  return pool.subarray(used - count, used)
}

/** A new UUIDv7. Ids made by one process in the same millisecond still sort in order of making. */
export function newUuid(nowMs: number = clock()): string {
  const bytes = random(16)
  if (nowMs > lastMs) {
    lastMs = nowMs
    sequence = ((bytes[6]! << 8) | bytes[7]!) & 0x7ff
  } else if (++sequence > 0xfff) {
    lastMs += 1
    sequence = 0
  }
  writeTime(bytes, lastMs)
  bytes[6] = 0x70 | (sequence >> 8)
  bytes[7] = sequence & 0xff
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return bytesToUuid(bytes)
}

/** Milliseconds in the first 48 bits of an id. */
export function uuidTime(uuid: string): number {
  return parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16)
}

/** The smallest UUIDv7 of a moment: "since" as a range of ids. */
export function uuidFloor(ms: number): string {
  const hex = Math.max(0, Math.floor(ms)).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-0000-0000-000000000000`
}

export function writeTime(bytes: Uint8Array, ms: number): void {
  let rest = ms
  for (let i = 5; i >= 0; i--) {
    bytes[i] = rest % 256
    rest = Math.floor(rest / 256)
  }
}

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

export function bytesToUuid(b: Uint8Array): string {
  const at = (index: number) => hex[b[index]!]!
  return `${at(0)}${at(1)}${at(2)}${at(3)}-${at(4)}${at(5)}-${at(6)}${at(7)}-${at(8)}${at(9)}-${at(10)}${at(11)}${at(12)}${at(13)}${at(14)}${at(15)}`
}

/** `publicId('run', uuid)` → `run_01K9…` */
export function publicId(prefix: IdPrefix, uuid: string): string {
  // 128 bits behind two zero ones make 26 groups of five.
  let text = `${prefix}_`
  let bits = 2
  let rest = 0
  for (let i = 0; i < uuid.length; i++) {
    const code = uuid.charCodeAt(i)
    if (code === 45) continue
    rest = (rest << 4) | (code <= 57 ? code - 48 : (code | 32) - 87)
    bits += 4
    if (bits < 5) continue
    bits -= 5
    text += alphabet[(rest >> bits) & 31]
    rest &= (1 << bits) - 1
  }
  return text
}

/** The UUID behind a public id, or null when the text is not one with this prefix. */
export function parsePublicId(prefix: IdPrefix, id: string): string | null {
  if (!id.startsWith(`${prefix}_`)) return null
  return ulidToUuid(id.slice(prefix.length + 1))
}

/** A bare 26-character ULID as a UUID, or null. */
export function ulidToUuid(text: string): string | null {
  if (text.length !== 26) return null
  let value = 0n
  for (const character of text.toUpperCase()) {
    const digit = alphabet.indexOf(character)
    if (digit < 0) return null
    value = (value << 5n) | BigInt(digit)
  }
  if (value >> 128n !== 0n) return null
  const hex = value.toString(16).padStart(32, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** Short random id for nodes and edges of a drawing: `n_x7k2m9q4ab`. */
export function newElementId(prefix: 'n' | 'e' | 'c'): string {
  const bytes = random(10)
  let text = ''
  for (const byte of bytes) text += (byte % 36).toString(36)
  return `${prefix}_${text}`
}
