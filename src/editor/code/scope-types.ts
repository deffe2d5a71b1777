/** TypeScript declarations of what code may read, made from samples and the steps before it. Pure. */
import type { Json } from '#base/json.ts'

const plain = /^[A-Za-z_$][\w$]*$/

/** A JSON value as a TypeScript type. Deep or wide values end in `any`. */
export function typeOf(value: Json | undefined, depth = 0): string {
  if (value === undefined) return 'any'
  if (value === null) return 'null'
  if (typeof value !== 'object') return typeof value
  if (depth > 6) return 'any'
  if (Array.isArray(value)) {
    const items = [...new Set(value.slice(0, 20).map((item) => typeOf(item, depth + 1)))]
    return items.length === 0 ? 'any[]' : items.length === 1 ? `${wrap(items[0] as string)}[]` : `(${items.join(' | ')})[]`
  }
  const members = Object.entries(value).slice(0, 100).map(([key, member]) => `${plain.test(key) ? key : JSON.stringify(key)}: ${typeOf(member, depth + 1)}`)
  return members.length === 0 ? '{ [key: string]: any }' : `{ ${members.join('; ')} }`
}

const wrap = (type: string): string => (type.includes(' | ') ? `(${type})` : type)

export interface ScopeStep {
  key: string
  /** "HTTP request: Create contact" */
  about: string
  type: string
}

/** Several samples (several triggers) become a union; none means anything may come. */
export function declareScope(samples: Json[], steps: ScopeStep[]): string {
  const data = samples.length === 0 ? 'any' : [...new Set(samples.map((sample) => typeOf(sample)))].join(' | ')
  const outputs = steps.map(({ key, about, type }) => `  /** ${about.replaceAll('*/', '')} */\n  ${key}: ${type}`).join('\n')
  return `/** The event that started this run. */
declare const event: { id: string; name: string; data: ${data}; ts: number; v?: string }
/** What the steps before this one returned. */
declare const steps: {
${outputs}
}
declare const run: { id: string; attempt: number; function: string }
/** Plain settings. */
declare const env: Record<string, string>
`
}
