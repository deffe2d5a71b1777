/** JSON values as the product stores and passes them. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type JsonObject = { [key: string]: Json }

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * JSON text with sorted keys and no spaces, so equal values have equal text.
 * `undefined` members are left out, as in JSON.stringify.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((v) => canonicalJson(v ?? null)).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const record = value as Record<string, unknown>
    const members = Object.keys(record)
      .filter((key) => record[key] !== undefined)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonicalJson(record[key])}`)
    return `{${members.join(',')}}`
  }
  return JSON.stringify(value ?? null)
}

/** What stands at a path of a value's own members; undefined where one of them is missing. */
export function memberAt(value: unknown, path: readonly string[]): unknown {
  let at = value
  for (const key of path) at = typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? (at as Record<string, unknown>)[key] : undefined
  return at
}

/** A whole number with more digits than a number keeps: `12345678901234567890` would become another one. */
export function isInexact(digits: string): boolean {
  if (!/^-?[1-9]\d{15,}$/.test(digits)) return false
  const number = Number(digits)
  return String(number) !== digits && (!Number.isFinite(number) || BigInt(digits) !== BigInt(number))
}

/** JSON from outside. Whole numbers too long to be exact become text: they are ids, and another one is somebody else's. */
export function parseExactJson(text: string): Json {
  return JSON.parse(/\d{16}/.test(text) ? withLongNumbersQuoted(text) : text) as Json
}

function withLongNumbersQuoted(text: string): string {
  let exact = ''
  let kept = 0
  for (const { index, number } of longNumbers(text)) {
    exact += `${text.slice(kept, index)}"${number}"`
    kept = index + number.length
  }
  return exact + text.slice(kept)
}

/** Those outside quotes that are not exact. */
export function* longNumbers(text: string): Generator<{ index: number; number: string }> {
  const number = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 34) {
      for (at++; at < text.length && text.charCodeAt(at) !== 34; at++) if (text.charCodeAt(at) === 92) at++
    } else if (code === 45 || (code >= 48 && code <= 57)) {
      number.lastIndex = at
      const found = number.exec(text)?.[0] ?? ''
      if (isInexact(found)) yield { index: at, number: found }
      at += Math.max(0, found.length - 1)
    }
  }
}

export function jsonEqual(a: unknown, b: unknown): boolean {
  return a === b || canonicalJson(a) === canonicalJson(b)
}

/** Bytes of the value as UTF-8 JSON text. */
export function jsonBytes(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value) ?? 'null').length
}

/** The text without the byte order mark that some editors write before everything else; JSON knows none. */
export function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text
}
