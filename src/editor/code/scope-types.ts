/** TypeScript declarations of what code may read, made from real values and the steps before it. Pure. */
import type { Json } from '#base/json.ts'
import { shapeOf, typeText } from './shape.ts'

/** A JSON value as a TypeScript type. Deep or wide values end in `any`. */
export const typeOf = (value: Json | undefined): string => (value === undefined ? 'any' : typeText(shapeOf([value])))

export interface ScopeStep {
  key: string
  /** "HTTP request: Create contact" */
  about: string
  type: string
}

export interface ScopeTypes {
  /** One for each event that can start the function; none means anything may come. */
  events: string[]
  steps: ScopeStep[]
  /** Of a step that runs for each item of a list. */
  item?: string | undefined
  /** The function collects events into batches. */
  batch?: boolean
  /** Keys of the function's approval steps. */
  approvals?: string[]
}

export function declareScope({ events, steps, item, batch = false, approvals = [] }: ScopeTypes): string {
  const data = events.length === 0 ? 'any' : [...new Set(events)].join(' | ')
  const outputs = steps.map(({ key, about, type }) => `  /** ${about.replaceAll('*/', '')} */\n  ${key}: ${type}`).join('\n')
  return `/** The event that started this run. */
declare const event: { id: string; name: string; data: ${data}; ts: number; v?: string }
${batch ? '/** All events of the batch, in the order they came. */\ndeclare const events: (typeof event)[]\n' : ''}\
/** What the steps before this one returned. */
declare const steps: {
${outputs}
}
declare const run: { id: string; attempt: number; function: string }
${approvals.length === 0 ? '' : `/** Addresses at which people decide. */\ndeclare const approvals: { ${approvals.map((key) => `${key}: string`).join('; ')} }\n`}\
/** Plain settings. */
declare const env: Record<string, string>
/** What is written here shows with the step's output. */
declare const console: Record<'log' | 'info' | 'warn' | 'error' | 'debug', (...values: unknown[]) => void>
${item === undefined ? '' : `/** The item this repetition is about. */\ndeclare const item: ${item}\n/** Its place in the list, from 0. */\ndeclare const index: number\n`}`
}
