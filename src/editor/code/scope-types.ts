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
}

export function declareScope({ events, steps, item }: ScopeTypes): string {
  const data = events.length === 0 ? 'any' : [...new Set(events)].join(' | ')
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
/** What is written here shows with the step's output. */
declare const console: Record<'log' | 'info' | 'warn' | 'error' | 'debug', (...values: unknown[]) => void>
${item === undefined ? '' : `/** The item this repetition is about. */\ndeclare const item: ${item}\n/** Its place in the list, from 0. */\ndeclare const index: number\n`}`
}
