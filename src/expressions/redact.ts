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
 * A function that masks the given values in any JSON, also in base64 and URL-encoded form.
 * @param least length from which on a value is hidden
 */
export function redactor(values: (string | Hidden)[], least = shortest): Redactor {
  const forms = new Map<string, string>()
  for (const entry of values) {
    const { value, label } = typeof entry === 'string' ? { value: entry, label: mask } : entry
    if (value.length < least) continue
    for (const form of formsOf(value)) if (!forms.has(form)) forms.set(form, label)
  }
  if (forms.size === 0) return (value) => value
  // Longest first, so that a form which holds another is masked whole.
  const pattern = new RegExp([...forms.keys()].sort((a, b) => b.length - a.length).map(literally).join('|'), 'g')
  const clean = (text: string) => text.replace(pattern, (form) => forms.get(form) ?? mask)
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

/** As it is, encoded for addresses and forms, within JSON, within JSON that is a text of JSON, and in base64. */
function formsOf(value: string): string[] {
  const quoted = (text: string) => JSON.stringify(text).slice(1, -1)
  const plain = [value, encodeURIComponent(value), new URLSearchParams({ v: value }).toString().slice(2)]
  return [...plain, quoted(value), quoted(quoted(value)), ...base64Forms(value)]
}

/**
 * The parts of base64 text that are the same wherever the value stands in what was encoded
 * (`user:secret` of Basic authentication): one for each of three offsets, standard and URL-safe.
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
    if (core.length >= shortest) forms.push(core, core.replaceAll('+', '-').replaceAll('/', '_'))
  }
  return forms
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
