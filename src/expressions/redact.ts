/** Keeps secret values out of outputs, errors and logs. */
import type { Json } from '#base/json.ts'

const mask = '••••••'
/** Shorter values would mask ordinary words. */
const shortest = 8

export type Redactor = <T extends Json | undefined>(value: T) => T

/** A value to hide, and what is shown in its place. */
export interface Hidden {
  value: string
  label: string
}

/**
 * A function that masks the given values in any JSON, also in base64, in addresses, and as other languages write JSON.
 * @param least length from which on a value is hidden
 */
export function redactor(values: (string | Hidden)[], least = shortest): Redactor {
  // Longest first, so that a value which holds another is masked whole.
  const hidden = values.map((entry) => (typeof entry === 'string' ? { value: entry, label: mask } : entry)).filter(({ value }) => value.length >= least).sort((a, b) => b.value.length - a.value.length)
  if (hidden.length === 0) return (value) => value
  const pattern = new RegExp(hidden.map(({ value }) => `(${[anyWriting(value), ...base64Forms(value)].join('|')})`).join('|'), 'gu')
  const clean = (text: string) => text.replace(pattern, (_found, ...groups: (string | undefined)[]) => hidden[groups.findIndex((group) => group !== undefined)]!.label)
  const visit = (value: Json): Json => {
    if (typeof value === 'string') return clean(value)
    if (Array.isArray(value)) return value.map(visit)
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, entry]) => [clean(key), visit(entry)]))
    }
    return value
  }
  return (<T extends Json | undefined>(value: T) => (value === undefined ? value : visit(value as Json))) as Redactor
}

/** A text as a pattern: each sign as it is, or as JSON (also within JSON), addresses, forms or HTML may write it. */
const anyWriting = (text: string): string => text.replace(/\\+|[^]/gu, (sign) => (/^[A-Za-z0-9_]$/.test(sign) ? sign : sign[0] === '\\' ? backslashes(sign.length) : `(?:${writings(sign).join('|')})`))

/** Each stands for itself or is escaped, up to three times. */
const backslashes = (count: number): string => `(?:\\\\{${count},${count * 8}}|(?:%5[cC]){${count}}|(?:\\\\{1,7}u005[cC]){${count}})`

const controls: Record<string, string> = { '\n': 'n', '\r': 'r', '\t': 't', '\b': 'b', '\f': 'f' }
const entities: Record<string, string> = { '&': 'amp|#38', '<': 'lt|#60', '>': 'gt|#62', '"': 'quot|#34', "'": 'apos|#0?39|#x27' }

function writings(sign: string): string[] {
  const units = Array.from({ length: sign.length }, (_, index) => `\\\\{1,7}u${anyCase(sign.charCodeAt(index).toString(16).padStart(4, '0'))}`).join('')
  const bytes = [...new TextEncoder().encode(sign)].map((byte) => `%${anyCase(byte.toString(16).padStart(2, '0'))}`).join('')
  const control = controls[sign]
  const entity = entities[sign]
  return [`\\\\{0,7}${literally(sign)}`, units, bytes, ...(sign === ' ' ? ['\\+'] : []), ...(control === undefined ? [] : [`\\\\{1,7}${control}`]), ...(entity === undefined ? [] : [`&(?:${entity});`])]
}

const anyCase = (hex: string): string => hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`)

/**
 * The parts of base64 text that are the same wherever the value stands in what was encoded
 * (`user:secret` of Basic authentication), as patterns: one for each of three offsets, standard and URL-safe.
 */
function base64Forms(value: string): string[] {
  const bytes = new TextEncoder().encode(value)
  const forms: string[] = []
  for (let offset = 0; offset < 3; offset++) {
    const padded = new Uint8Array(offset + bytes.length)
    padded.set(bytes, offset)
    const text = btoa(String.fromCharCode(...padded)).replace(/=+$/, '')
    // Characters that also hold bits of what stands before or after differ from place to place.
    const head = offset === 0 ? 0 : offset + 1
    const tail = padded.length % 3 === 0 ? text.length : text.length - 1
    const core = text.slice(head, tail)
    if (core.length >= shortest) forms.push(core.replace(/[+/]/g, (sign) => (sign === '+' ? `(?:-|${writings(sign).join('|')})` : `(?:_|${writings(sign).join('|')})`)))
  }
  return forms
}

function literally(sign: string): string {
  return `\\u{${sign.codePointAt(0)!.toString(16)}}`
}
