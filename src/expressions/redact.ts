/** Keeps secret values out of outputs, errors and logs. */
import type { Json } from '#base/json.ts'

const mask = '••••••'
/** Shorter values would mask ordinary words. */
const shortest = 8

export type Redactor = <T extends Json | undefined>(value: T) => T

/** A function that masks the given values in any JSON, also in base64 and URL-encoded form. */
export function redactor(values: string[]): Redactor {
  const forms = new Set<string>()
  for (const value of values) {
    if (value.length < shortest) continue
    forms.add(value)
    forms.add(encodeURIComponent(value))
    forms.add(new URLSearchParams({ v: value }).toString().slice(2))
    forms.add(JSON.stringify(value).slice(1, -1))
    for (const form of base64Forms(value)) forms.add(form)
  }
  if (forms.size === 0) return (value) => value
  // Longest first, so that a form which holds another is masked whole.
  const pattern = new RegExp([...forms].sort((a, b) => b.length - a.length).map(literally).join('|'), 'g')
  const clean = (text: string) => text.replace(pattern, mask)
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
