/** Errors of texts that people write: what is wrong, and where in the text. */
import { FanwiseError } from '#base/errors.ts'

/** "column 5", or "line 2, column 5" in a text of several lines. */
export function placeIn(text: string, position: number): string {
  const before = text.slice(0, position)
  const line = before.split('\n').length
  const column = position - (before.lastIndexOf('\n') + 1) + 1
  return text.includes('\n') ? `line ${line}, column ${column}` : `column ${column}`
}

/** A mistake in a template, expression, JSON or CEL text. `facts.position` is the offset in that text. */
export function syntaxProblem(message: string, text: string, position: number, fix?: string): FanwiseError {
  const details: ConstructorParameters<typeof FanwiseError>[2] = { facts: { position, text: text.slice(0, 2000) } }
  if (fix !== undefined) details.fix = fix
  return new FanwiseError('step_input', message, details)
}

/** The error of a path that is not there. */
export function missingValue(path: string, why: 'missing' | 'null' | 'step'): FanwiseError {
  if (why === 'step') {
    return new FanwiseError('step_missing_value', `\`${path}\` is missing: that step was skipped or has not run.`, {
      fix: `Give it a fallback (\`${path}?.… ?? "…"\`), or connect the steps so that it runs first.`, facts: { path },
    })
  }
  return new FanwiseError('step_missing_value', `\`${path}\` is ${why}.`, {
    fix: 'Give it a fallback (`?? "…"`) or check for it first.', facts: { path },
  })
}

/** Of a missing value, where a text is tried with a sample: "event.data.phone has no value with this sample". */
export function missingInSample({ facts }: FanwiseError): string {
  return `${typeof facts?.path === 'string' ? `${facts.path} has ` : ''}no value with this sample`
}

/** Names that are never read from or written to data. */
export const forbiddenKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** What a value is, in words: "a list", "text". */
export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  switch (typeof value) {
    case 'string': return 'text'
    case 'number': return 'a number'
    case 'boolean': return 'true or false'
    default: return 'an object'
  }
}
