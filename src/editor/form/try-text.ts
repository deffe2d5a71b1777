/**
 * What a field comes to with the data at hand, by the evaluator of the engine. What needs the sandbox
 * is asked of the server (use-outcome.ts). Pure.
 */
import { FanwiseError } from '#base/errors.ts'
import { isJsonObject, type Json } from '#base/json.ts'
import { compileCel } from '#expressions/cel.ts'
import { kindOf, missingInSample } from '#expressions/problem.ts'
import { pruneScope } from '#expressions/resolve.ts'
import { compileTemplate } from '#expressions/template.ts'
import { memberPath, type Readable } from '../inspector/readable-data.ts'
import type { FieldLanguage } from './complete.ts'

export type Outcome =
  /** Nothing to say: the text is empty, fixed, or cannot be read yet. */
  | { kind: 'fixed' }
  | { kind: 'value'; value: Json }
  /** A plain sentence. */
  | { kind: 'none'; text: string }
  /** The server can tell; only what the text reads is sent. */
  | { kind: 'ask'; scope: Record<string, unknown> }

export interface TryOptions {
  escape?: 'html' | 'url' | undefined
  item?: boolean
}

const laterRoots: ReadonlySet<string> = new Set(['env', 'secrets', 'approvals', 'events', 'async', 'connections'])

export function tryText(text: string, language: FieldLanguage, readable: Readable, { escape, item = false }: TryOptions = {}): Outcome {
  if (text.trim() === '') return { kind: 'fixed' }
  const { scope } = readable
  try {
    if (language === 'cel') {
      const cel = compileCel(text)
      return cel.references.length === 0 ? { kind: 'fixed' } : unknown(cel.references, readable) ?? { kind: 'value', value: cel.evaluate({ event: scope.event }) }
    }
    const template = compileTemplate(text, language, { scope: item ? ['item', 'index'] : [], escape })
    if (template.constant) return { kind: 'fixed' }
    const missing = unknown(template.references, readable)
    if (missing !== null) return missing
    if (!template.needsSandbox) return { kind: 'value', value: template.render(scope) }
    template.check(scope)
    return { kind: 'ask', scope: pruneScope(scope, template.references) }
  } catch (thrown) {
    return outcomeOf(thrown)
  }
}

/** A mistake in the text is named at the field; a value that is not there is said here. */
export function outcomeOf(thrown: unknown): Outcome {
  if (!(thrown instanceof FanwiseError)) return { kind: 'fixed' }
  if (thrown.code === 'step_missing_value') return { kind: 'none', text: missingInSample(thrown) }
  return thrown.facts?.position !== undefined ? { kind: 'fixed' } : { kind: 'none', text: thrown.message.replace(/\.$/, '') }
}

function unknown(references: readonly { root: string; path: string[]; optional?: boolean }[], { scope, waiting }: Readable): Outcome | null {
  for (const { root, path } of references) {
    if (laterRoots.has(root) || (root === 'run' && path[0] === 'id')) return { kind: 'none', text: 'known when it runs' }
    if (root === 'event' && scope.event === undefined) return { kind: 'none', text: 'known once an event is at hand' }
    if (root === 'event' && (path[0] === 'id' || path[0] === 'ts') && scope.event?.[path[0]] === undefined) return { kind: 'none', text: 'known when it runs' }
    if (root === 'steps' && path[0] !== undefined && waiting.has(path[0])) return { kind: 'none', text: `known once ${waiting.get(path[0])} has run` }
    if (root === 'item' && scope.item === undefined) return { kind: 'none', text: 'known once its list is known' }
  }
  return null
}

/** Where a list is wanted: what it is instead, and which member of it is one. */
export function asList(outcome: Outcome, text: string): Outcome {
  if (outcome.kind !== 'value' || Array.isArray(outcome.value)) return outcome
  const { value } = outcome
  const path = /^\s*\{\{\s*([\w$.[\]"]+)\s*\}\}\s*$/.exec(text)?.[1]
  const member = path !== undefined && isJsonObject(value) ? Object.keys(value).find((key) => Array.isArray(value[key])) : undefined
  return { kind: 'none', text: `${kindOf(value)}, not a list${member === undefined ? '' : `: ${memberPath(path as string, member)} is one`}` }
}

/** A value in one line. */
export function lineOf(value: Json, most = 160): string {
  const text = typeof value === 'string' ? (value === '' ? 'empty text' : value.replace(/\s+/g, ' ').trim()) : JSON.stringify(value)
  return text.length > most ? `${text.slice(0, most - 1)}…` : text
}
