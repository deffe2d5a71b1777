/**
 * Marks stand for secrets in a request until the moment it leaves: a run, its sandbox, its records and its
 * errors never hold the value. A mark is made anew for every attempt and cannot be guessed, so no data
 * from outside can ask for a secret. It is made of small letters and digits only: every encoding
 * of addresses, forms, JSON and headers leaves it as it is.
 */
import type { Json } from '#base/json.ts'

const prefix = 'fwsec'
const nonceBytes = 16
const atStart = /^fwsec[0-9a-f]{32}n\d+z/

/** What people see in place of a secret. */
export const secretLabel = (name: string): string => `‹secret ${name}›`

const addressLabel = 'whole-address.'

/** A text that begins with a mark is an address that is itself the secret; until it leaves, its host stands for the whole. */
export const asAddress = (text: string): string => (atStart.test(text) ? `https://${addressLabel}${text}` : text)

/** The part of a host that stands for a whole address; null when it is only a host. */
export const addressMark = (host: string): string | null => (host.startsWith(addressLabel) ? host.slice(addressLabel.length) : null)

export class Marks {
  private readonly pattern: RegExp
  private readonly beginning: string

  /** @param names of the secrets that may be asked for */
  constructor(readonly names: readonly string[]) {
    const bytes = crypto.getRandomValues(new Uint8Array(nonceBytes))
    this.beginning = `${prefix}${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}n`
    this.pattern = new RegExp(`${this.beginning}(\\d+)z`, 'gi')
  }

  /** `secrets` as expressions see it. */
  scope(): Record<string, string> {
    return Object.fromEntries(this.names.map((name, index) => [name, `${this.beginning}${index}z`]))
  }

  in(text: string): boolean {
    return text.includes(this.beginning)
  }

  /** Names that are asked for in a text. */
  namesIn(text: string): string[] {
    return [...text.matchAll(this.pattern)].map((match) => this.names[Number(match[1])]!)
  }

  replace(text: string, valueOf: (name: string) => string): string {
    return this.in(text) ? text.replace(this.pattern, (_mark, index: string) => valueOf(this.names[Number(index)]!)) : text
  }

  /** The value with labels in place of marks: what may be recorded and shown. */
  clean<T extends Json | undefined>(value: T): T {
    return (value === undefined ? value : this.visit(value as Json)) as T
  }

  private visit(value: Json): Json {
    if (typeof value === 'string') return this.in(value) ? this.replace(value.replaceAll(`https://${addressLabel}${this.beginning}`, this.beginning).replaceAll(`${addressLabel}${this.beginning}`, this.beginning), secretLabel) : value
    if (Array.isArray(value)) return value.map((entry) => this.visit(entry))
    if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, entry]) => [this.replace(key, secretLabel), this.visit(entry)]))
    return value
  }
}
