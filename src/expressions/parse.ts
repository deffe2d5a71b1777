/**
 * Templates and expressions to checked trees. Pure: the editor, the compiler and the engine
 * read the same text the same way. Every mistake is a FanwiseError with its place in the text.
 */
import { parseExpressionAt } from 'acorn'
import type { Expression as JsNode } from 'acorn'
import type { FanwiseError } from '#base/errors.ts'
import { forbiddenKeys, placeIn, syntaxProblem } from '#expressions/problem.ts'
import type { Reference } from '#expressions/references.ts'
import { findReferences } from '#expressions/references.ts'
import type { Tree } from '#expressions/tree.ts'
import { toTree } from '#expressions/tree.ts'

/** Names every expression can read data from. */
export const dataRoots = ['event', 'events', 'steps', 'run', 'env', 'secrets', 'approvals'] as const

export interface Expression {
  /** The text without braces. */
  source: string
  /** Set when it runs without the sandbox. */
  tree: Tree | null
  references: Reference[]
  /** Names that are neither data, nor part of JavaScript, nor bound inside. */
  unknownNames: { name: string; start: number; end: number }[]
}

export type TemplatePart =
  | { type: 'text'; text: string; start: number; end: number }
  /** `start` and `end` include the braces; `sourceStart` is where the expression's own text begins. */
  | { type: 'expression'; expression: Expression; start: number; end: number; sourceStart: number }

export interface Template {
  text: string
  parts: TemplatePart[]
  /** One expression and nothing else: the value keeps its type. */
  whole: boolean
}

export interface ParseOptions {
  /** Extra names in scope, e.g. `item` and `index`. */
  scope?: readonly string[] | undefined
}

/** Parses one JavaScript expression. */
export function parseExpression(source: string, options: ParseOptions = {}): Expression {
  if (source.trim() === '') throw syntaxProblem('The expression is empty.', source, 0, 'Write one such as event.data.amount > 100.')
  const { node, end } = parseAt(source, 0, source)
  const rest = source.slice(end).search(/\S/)
  if (rest >= 0) throw unexpected(source, end + rest)
  return finish(node, source, 0, source, options)
}

/** Parses text with `{{ expression }}` parts. */
export function parseTemplate(text: string, options: ParseOptions = {}): Template {
  const parts: TemplatePart[] = []
  let at = 0
  for (;;) {
    const open = text.indexOf('{{', at)
    if (open < 0) break
    if (open > at) parts.push({ type: 'text', text: text.slice(at, open), start: at, end: open })
    const part = parseHole(text, open, options)
    parts.push(part)
    at = part.end
  }
  if (at < text.length) parts.push({ type: 'text', text: text.slice(at), start: at, end: text.length })
  const [only] = parts.filter((part) => part.type === 'expression' || part.text.trim() !== '')
  const whole = parts.filter((part) => part.type === 'expression').length === 1 && only?.type === 'expression'
    && parts.every((part) => part.type === 'expression' || part.text.trim() === '')
  return { text, parts: whole && only !== undefined ? [only] : parts, whole }
}

/** Parses the `{{ … }}` that begins at `open`. */
export function parseHole(text: string, open: number, options: ParseOptions = {}): Extract<TemplatePart, { type: 'expression' }> {
  const begin = open + 2
  const blank = /^\s*\}\}/.exec(text.slice(begin, begin + 200))
  if (blank !== null) throw syntaxProblem(`\`{{ }}\` at ${placeIn(text, open)} is empty.`, text, open, 'Put an expression in it, such as event.data.email.')
  const { node, end } = parseAt(text, begin, text)
  const close = end + (/^\s*/.exec(text.slice(end))?.[0].length ?? 0)
  if (!text.startsWith('}}', close)) {
    if (text.indexOf('}}', end) < 0) throw neverClosed(text, open)
    throw unexpected(text, close)
  }
  return { type: 'expression', expression: finish(node, text.slice(begin, close), begin, text, options), start: open, end: close + 2, sourceStart: begin }
}

function neverClosed(text: string, open: number): FanwiseError {
  return syntaxProblem(`\`{{\` at ${placeIn(text, open)} is never closed.`, text, open, 'Add }} after the expression.')
}

/** Parses at an offset; acorn stops at the first token that cannot go on, so braces in strings and objects are no trouble. */
function parseAt(text: string, begin: number, whole: string): { node: JsNode; end: number } {
  try {
    const node = parseExpressionAt(text, begin, { ecmaVersion: 2023, sourceType: 'module', preserveParens: true })
    return { node, end: node.end }
  } catch (thrown) {
    const error = thrown as SyntaxError & { pos?: number; raisedAt?: number }
    const position = error.pos ?? begin
    const open = whole.lastIndexOf('{{', begin)
    if (open === begin - 2 && begin >= 2 && whole.indexOf('}}', begin) < 0) throw neverClosed(whole, open)
    if (error.message.startsWith('Unexpected')) throw unexpected(whole, position)
    const message = error.message.replace(/\s*\(\d+:\d+\)$/, '')
    throw syntaxProblem(`${message} at ${placeIn(whole, position)}.`, whole, position)
  }
}

function unexpected(text: string, position: number): FanwiseError {
  const token = /^(?:[\w$]+|\}\}|[^\s\w]{1,2}|\S)/.exec(text.slice(position))?.[0]
  if (token === undefined) return syntaxProblem('The expression ends too early.', text, position)
  if (token === '}}') return syntaxProblem(`The expression before \`}}\` at ${placeIn(text, position)} is not complete.`, text, position)
  return syntaxProblem(`Unexpected \`${token}\` at ${placeIn(text, position)}.`, text, position)
}

function finish(node: JsNode, source: string, offset: number, text: string, options: ParseOptions): Expression {
  try {
    return read(node, source, offset, text, options)
  } catch (thrown) {
    // The parser goes along calls and members without limit; what goes through its tree does not.
    if (thrown instanceof RangeError) throw syntaxProblem(`The expression at ${placeIn(text, offset)} is nested too deeply.`, text, offset, 'Use a Code step for this.')
    throw thrown
  }
}

function read(node: JsNode, source: string, offset: number, text: string, options: ParseOptions): Expression {
  const isRoot = (name: string) => (dataRoots as readonly string[]).includes(name) || (options.scope?.includes(name) ?? false)
  const found = findReferences(node, isRoot)
  if (found.refused !== null) throw syntaxProblem(`${found.refused.what} cannot be used in an expression (${placeIn(text, found.refused.start)}).`, text, found.refused.start)
  for (const reference of found.references) {
    const bad = reference.path.find((key) => forbiddenKeys.has(key))
    if (bad !== undefined) throw syntaxProblem(`\`${bad}\` cannot be read (${placeIn(text, reference.start)}).`, text, reference.start)
  }
  const shift = <T extends { start: number; end: number }>(entry: T): T => ({ ...entry, start: entry.start - offset, end: entry.end - offset })
  return {
    source: source.trim(),
    tree: toTree(node, isRoot),
    references: found.references.map(shift),
    unknownNames: found.unknownNames.map(shift),
  }
}
