/**
 * JSON data in the binary form that QuickJS reads: it makes the same values of it in half the time
 * that its `JSON.parse` takes, since names are listed once and nothing is to be scanned.
 *
 * The form is the engine's own (version 5): a list of the names, then the value. A whole number is
 * written as zigzag LEB128, every other one as eight bytes; a text as its length times two, plus one if
 * its characters take two bytes. It belongs to the engine's version; sandbox.test.ts compares the two ways.
 */

const version = 5
const tag = { null: 1, false: 3, true: 4, int: 5, float: 6, text: 7, object: 8, array: 9 } as const
/** Deeper data is for `JSON.parse`, which says so kindly where it is too deep. */
const deepest = 100
const short = 48
const wide = /[^\u0000-\u00ff]/

/**
 * What of the data JSON would keep: nothing that is undefined, and other things than data as JSON has them.
 * @returns null where the data is too deep for this form
 */
export function toBinaryJson(value: unknown): Uint8Array<ArrayBuffer> | null {
  const names = new Map<string, number>()
  head.clear()
  body.clear()
  if (!write(body, names, value, 0)) return null
  head.byte(version)
  head.count(names.size)
  for (const name of names.keys()) head.text(name)
  return head.followedBy(body)
}

function write(to: Writer, names: Map<string, number>, value: unknown, depth: number): boolean {
  if (depth > deepest) return false
  if (typeof value === 'string') {
    to.byte(tag.text)
    to.text(value)
  } else if (typeof value === 'number') {
    if ((value | 0) === value) {
      to.byte(tag.int)
      to.count(((value << 1) ^ (value >> 31)) >>> 0)
    } else if (Number.isFinite(value)) {
      to.byte(tag.float)
      to.float(value)
    } else to.byte(tag.null)
  } else if (typeof value === 'boolean') to.byte(value ? tag.true : tag.false)
  else if (typeof value !== 'object' || value === null) to.byte(tag.null)
  else if (Array.isArray(value)) {
    to.byte(tag.array)
    to.count(value.length)
    for (const item of value) if (!write(to, names, item, depth + 1)) return false
  } else if (typeof (value as { toJSON?: unknown }).toJSON === 'function') return write(to, names, JSON.parse(JSON.stringify(value)), depth)
  else {
    const keys = Object.keys(value).filter((key) => isData((value as Record<string, unknown>)[key]))
    to.byte(tag.object)
    to.count(keys.length)
    for (const key of keys) {
      let name = names.get(key)
      if (name === undefined) names.set(key, (name = names.size + 1))
      to.count(name * 2)
      if (!write(to, names, (value as Record<string, unknown>)[key], depth + 1)) return false
    }
  }
  return true
}

const isData = (value: unknown): boolean => value !== undefined && typeof value !== 'function' && typeof value !== 'symbol'

/** Bytes to begin with; what a large one needed beyond is given back. */
const roomKept = 16 * 1024
const roomMost = 1024 * 1024

class Writer {
  private bytes = Buffer.allocUnsafeSlow(roomKept)
  private length = 0

  clear(): void {
    this.length = 0
    if (this.bytes.length > roomMost) this.bytes = Buffer.allocUnsafeSlow(roomKept)
  }

  byte(value: number): void {
    this.room(1)
    this.bytes[this.length++] = value
  }

  /** LEB128, of a number below 2³². */
  count(value: number): void {
    this.room(5)
    let rest = value
    while (rest > 127) {
      this.bytes[this.length++] = (rest & 127) | 128
      rest >>>= 7
    }
    this.bytes[this.length++] = rest
  }

  float(value: number): void {
    this.room(8)
    this.length = this.bytes.writeDoubleLE(value, this.length)
  }

  text(value: string): void {
    this.room(5 + value.length * 2)
    const start = this.length
    this.count(value.length * 2)
    if (value.length <= short ? this.narrow(value) : !wide.test(value)) {
      if (value.length > short) this.length += this.bytes.write(value, this.length, 'latin1')
      return
    }
    this.length = start
    this.count(value.length * 2 + 1)
    this.length += this.bytes.write(value, this.length, 'utf16le')
  }

  followedBy(other: Writer): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.length + other.length)
    all.set(this.bytes.subarray(0, this.length))
    all.set(other.bytes.subarray(0, other.length), this.length)
    return all
  }

  /** Most texts are short, and a call out of JavaScript takes longer than writing them here. @returns false for one that is wide */
  private narrow(value: string): boolean {
    const { bytes } = this
    let at = this.length
    for (let n = 0; n < value.length; n++) {
      const code = value.charCodeAt(n)
      if (code > 255) return false
      bytes[at++] = code
    }
    this.length = at
    return true
  }

  private room(more: number): void {
    if (this.length + more <= this.bytes.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(this.length + more, this.bytes.length * 2))
    this.bytes.copy(larger, 0, 0, this.length)
    this.bytes = larger
  }
}

const head = new Writer()
const body = new Writer()
