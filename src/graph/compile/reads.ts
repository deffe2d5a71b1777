/** What a text of a step's config reads, whatever its language. A mistake in it is a FanwiseError with its place. */
import { parseExpressionAt } from 'acorn'
import { transform } from 'sucrase'
import { FanwiseError } from '#base/errors.ts'
import { compileCel } from '#expressions/cel.ts'
import type { ExpressionKind } from '#expressions/fields.ts'
import { parseJsonTemplate } from '#expressions/json-template.ts'
import { dataRoots, parseExpression, parseTemplate, type Expression } from '#expressions/parse.ts'
import { placeIn, syntaxProblem } from '#expressions/problem.ts'
import { findReferences } from '#expressions/references.ts'

export interface Read {
  root: string
  path: string[]
  /** Copes when the value is not there. */
  optional: boolean
}

export interface Reads {
  references: Read[]
  /** Names that stand for nothing. */
  unknown: string[]
}

export function readsOf(text: string, kind: ExpressionKind, scope: readonly string[] = []): Reads {
  switch (kind) {
    case 'template': return ofExpressions(parseTemplate(text, { scope }).parts.flatMap((part) => (part.type === 'expression' ? [part.expression] : [])))
    case 'json': return ofJson(text, scope)
    case 'expression': return ofExpressions([parseExpression(text, { scope })])
    case 'cel': return text.trim() === '' ? { references: [], unknown: [] } : { references: celReads(text, ['event', 'async']), unknown: [] }
    case 'code': return ofCode(text)
  }
}

/** What is published already goes on as it did, so this is said here and not where it runs. */
function ofJson(text: string, scope: readonly string[]): Reads {
  const { expressions, inexact } = parseJsonTemplate(text, { scope })
  if (inexact !== null) throw syntaxProblem(`The number ${inexact.number.slice(0, 40)} at ${placeIn(text, inexact.at)} has more digits than a number can keep: another one would be sent.`, text, inexact.at, 'Put it in quotes.')
  return ofExpressions(expressions.map((one) => one.expression))
}

function ofExpressions(expressions: Expression[]): Reads {
  return {
    references: expressions.flatMap((one) => one.references),
    unknown: expressions.flatMap((one) => one.unknownNames.map(({ name }) => name)),
  }
}

/** CEL conditions and keys answer "no match" where a value is missing, so their reads are never required. */
export function celReads(text: string, names: readonly ('event' | 'async')[]): Read[] {
  return compileCel(text, names).references.map(({ root, path }) => ({ root, path: [...path], optional: true }))
}

const isData = (name: string) => (dataRoots as readonly string[]).includes(name)
const before = '(async () => {\n'

/** Code may test for anything before it reads it, so its reads are never required. Free names are left to the sandbox. */
function ofCode(code: string): Reads {
  const script = `${before}${withoutTypes(code)}\n})`
  try {
    const found = findReferences(parseExpressionAt(script, 0, { ecmaVersion: 2023 }), isData)
    return { references: found.references.map(({ root, path }) => ({ root, path, optional: true })), unknown: [] }
  } catch (thrown) {
    const error = thrown as SyntaxError & { loc?: { line: number; column: number } }
    throw codeProblem(code, error.message, error.loc)
  }
}

function withoutTypes(code: string): string {
  try {
    return transform(`${before}${code}\n})`, { transforms: ['typescript'], disableESTransforms: true }).code.slice(before.length, -'\n})'.length)
  } catch (thrown) {
    const error = thrown as Error & { loc?: { line: number; column: number } }
    throw codeProblem(code, error.message, error.loc)
  }
}

function codeProblem(code: string, message: string, loc: { line: number; column: number } | undefined): FanwiseError {
  const what = message.replace(/^Error transforming[^:]*:\s*/i, '').replace(/\s*\(\d+:\d+\)\.?$/, '')
  // What is missing at the end is missed behind it, on a line that nobody wrote.
  const lines = code.trimEnd().split('\n').length
  const place = loc === undefined ? '' : ` on line ${Math.min(lines, Math.max(1, loc.line - 1))}`
  return new FanwiseError('step_input', `The code has a mistake${place}: ${what}.`, { fix: 'Correct it; the editor underlines the place.' })
}
