/**
 * Conditions and keys: trigger `if`, lane keys, wait conditions. CEL over `event` (and `async`,
 * the arriving event, in waits). Evaluation is bounded: no regular expressions, no loop inside a loop.
 */
import type { ASTNode, ParseError, TypeError as CelTypeError } from '@marcbachmann/cel-js'
import { Environment, EvaluationError } from '@marcbachmann/cel-js'
import { FanwiseError } from '#base/errors.ts'
import type { Json } from '#base/json.ts'
import { placeIn, syntaxProblem } from '#expressions/problem.ts'
import { pathText } from '#expressions/tree.ts'

export interface CelReference {
  root: string
  path: string[]
  /** Checked with `has()` or read by `.?`. */
  optional: boolean
  start: number
  end: number
}

export interface CompiledCel {
  /**
   * The plain JSON value. A path that is not there throws `step_missing_value`, which a caller
   * may take as "no match"; other mistakes throw `step_input`.
   */
  evaluate(scope: CelScope): Json
  /** Paths read from event and async. */
  references: CelReference[]
  /** Two paths that must have the same value, else it is not true whatever the rest says. Null when it demands no such thing. */
  sameValue: SameValue | null
}

export interface SameValue {
  event: string[]
  async: string[]
}

export interface CelScope {
  event: unknown
  async?: unknown
}

const macros: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'map', 'filter', 'transformList', 'transformMap'])
const maxLength = 2000

function environment(names: readonly string[]): Environment {
  const env = new Environment({ unlistedVariablesAreDyn: false, homogeneousAggregateLiterals: false, enableOptionalTypes: true, limits: { maxAstNodes: 2000, maxDepth: 64 } })
  for (const name of names) env.registerVariable(name, 'dyn')
  // Numbers of JSON are doubles, those people write are ints: let them calculate with each other.
  const number = (value: number | bigint) => Number(value)
  const apply: Record<string, (a: number, b: number) => number> = {
    '+': (a, b) => a + b, '-': (a, b) => a - b, '*': (a, b) => a * b, '/': (a, b) => a / b, '%': (a, b) => a % b,
  }
  for (const [operator, act] of Object.entries(apply)) {
    const mixed = (a: number | bigint, b: number | bigint) => act(number(a), number(b))
    env.registerOperator(`double ${operator} int`, mixed)
    env.registerOperator(`int ${operator} double`, mixed)
    if (operator === '%') env.registerOperator('double % double', mixed)
  }
  return env
}

const environments = new Map<string, Environment>()

function environmentFor(names: readonly string[]): Environment {
  const key = names.join(',')
  let env = environments.get(key)
  if (env === undefined) environments.set(key, (env = environment(names)))
  return env
}

/** Compiles a condition. `names` are what it may read: `['event']` for triggers and keys. */
export function compileCel(text: string, names: readonly ('event' | 'async')[] = ['event', 'async']): CompiledCel {
  if (text.trim() === '') throw syntaxProblem('The condition is empty.', text, 0, 'Write one such as event.data.amount > 100.')
  if (text.length > maxLength) throw syntaxProblem(`The condition is longer than ${maxLength} characters.`, text, maxLength, 'Use a Condition step for longer logic.')
  const env = environmentFor(names)
  const program = attempt(text, names, () => {
    const parsed = env.parse(text)
    refuseUnbounded(parsed.ast, text)
    const checked = parsed.check()
    if (!checked.valid && checked.error !== undefined) throw checked.error
    return parsed
  })
  const references: CelReference[] = []
  collect(program.ast, false, new Set(), names, references)
  return {
    references, sameValue: sameValueOf(program.ast),
    evaluate(scope) {
      try {
        return plain(program(scope as unknown as Record<string, unknown>))
      } catch (thrown) {
        throw evaluationProblem(thrown, text)
      }
    },
  }
}

function attempt<T>(text: string, names: readonly string[], act: () => T): T {
  try {
    return act()
  } catch (thrown) {
    if (thrown instanceof FanwiseError) throw thrown
    const error = thrown as ParseError | CelTypeError | EvaluationError
    const position = error.range?.start ?? 0
    const place = placeIn(text, position)
    if (error.code === 'unknown_variable') {
      const name = text.slice(position, error.range?.end ?? position)
      throw syntaxProblem(`\`${name}\` is not known here (${place}).`, text, position, `Read from ${names.join(' or ')}, such as event.data.amount.`)
    }
    const habit = foreignHabit(error, text, position)
    if (habit !== null) throw syntaxProblem(habit.message, text, position, habit.fix)
    if (position >= text.trimEnd().length) throw syntaxProblem('The condition ends too early.', text, position)
    throw syntaxProblem(`${sentence(error)} at ${place}.`, text, position)
  }
}

/** What people bring along from other languages, and how it is written here. */
const habits: Readonly<Record<string, string>> = {
  includes: 'For a text write event.data.name.contains("x"), for a list "x" in event.data.tags.',
  indexOf: 'For a text write event.data.name.contains("x"), for a list "x" in event.data.tags.',
  toLowerCase: 'Write lowerAscii().',
  toUpperCase: 'Write upperAscii().',
}

function foreignHabit(error: { summary?: string; message: string }, text: string, position: number): { message: string; fix: string } | null {
  const said = sentence(error)
  if (said === 'Unexpected character: =') return { message: `A single \`=\` compares nothing, at ${placeIn(text, position)}.`, fix: 'Write == to compare.' }
  const called = /^Found no matching overload for '(?:[^']*\.)?(\w+)\(/.exec(said)?.[1]
  if (called === undefined || !Object.hasOwn(habits, called)) return null
  return { message: `Conditions have no \`${called}\`.`, fix: habits[called]! }
}

function sentence(error: { summary?: string; message: string }): string {
  const text = (error.summary ?? error.message).split('\n')[0] ?? ''
  return text.charAt(0).toUpperCase() + text.slice(1).replace(/[.:\s]+$/, '')
}

function evaluationProblem(thrown: unknown, text: string): FanwiseError {
  if (!(thrown instanceof EvaluationError)) {
    return new FanwiseError('step_input', `The condition could not be evaluated: ${thrown instanceof Error ? thrown.message : String(thrown)}.`, { cause: thrown })
  }
  if (thrown.code === 'no_such_key') {
    const path = thrown.node === undefined ? null : readPath(thrown.node as ASTNode)
    // The library marks the key; the path up to it is what a person recognises.
    const key = /No such key: (.*)$/.exec(thrown.summary)?.[1] ?? 'value'
    const start = thrown.range?.start ?? 0
    const written = path === null ? (/[\w.[\]"']*$/.exec(text.slice(0, start))?.[0] ?? '') + key : pathText(path.root, path.keys)
    return new FanwiseError('step_missing_value', `\`${written}\` is missing.`, {
      fix: `Check for it first: has(${written}) && …`, facts: { path: written, position: start }, cause: thrown,
    })
  }
  const position = thrown.range?.start ?? 0
  return new FanwiseError('step_input', `${sentence(thrown).replaceAll('dyn<', '').replaceAll('>', '')} at ${placeIn(text, position)}.`, { facts: { position }, cause: thrown })
}

/** No pattern matching (its engine can be made to run for ever) and no loop within a loop. */
function refuseUnbounded(root: ASTNode, text: string): void {
  const visit = (node: ASTNode, loops: number): void => {
    const isLoop = node.op === 'rcall' && macros.has(node.args[0])
    if ((node.op === 'rcall' || node.op === 'call') && node.args[0] === 'matches') {
      const position = text.indexOf('matches', node.start)
      throw syntaxProblem(`\`matches\` is not available (${placeIn(text, position)}).`, text, position, 'Use startsWith, endsWith or contains, or a Condition step with a regular expression.')
    }
    if (isLoop && loops > 0) {
      throw syntaxProblem(`A list cannot be gone through inside another (${placeIn(text, node.start)}).`, text, node.start, 'Use a Code step for this.')
    }
    if (node.op === 'in' && loops > 0 && node.args[1].op !== 'list') {
      throw syntaxProblem(`\`in\` needs a written list here (${placeIn(text, node.start)}).`, text, node.start, 'Use a Code step for this.')
    }
    for (const child of childrenOf(node)) visit(child, isLoop ? loops + 1 : loops)
  }
  visit(root, 0)
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value
}

function childrenOf(node: ASTNode): ASTNode[] {
  const found: ASTNode[] = []
  const look = (value: unknown): void => {
    if (isNode(value)) found.push(value)
    else if (Array.isArray(value)) value.forEach(look)
  }
  look(node.args)
  return found
}

interface CelPath {
  root: string
  keys: string[]
  optional: boolean
  start: number
}

function readPath(node: ASTNode): CelPath | null {
  switch (node.op) {
    case 'id':
      return { root: node.args, keys: [], optional: false, start: node.start }
    case '.':
    case '.?': {
      const inner = readPath(node.args[0])
      return inner === null ? null : { ...inner, keys: [...inner.keys, node.args[1]], optional: inner.optional || node.op === '.?' }
    }
    case '[]':
    case '[?]': {
      const inner = readPath(node.args[0])
      const key = node.args[1]
      if (inner === null || key.op !== 'value' || (typeof key.args !== 'string' && typeof key.args !== 'bigint')) return null
      return { ...inner, keys: [...inner.keys, String(key.args)], optional: inner.optional || node.op === '[?]' }
    }
    default:
      return null
  }
}

/** The first of its parts, joined by &&, that compares a path of the one event with a path of the other. */
function sameValueOf(node: ASTNode): SameValue | null {
  if (node.op === '&&') return sameValueOf(node.args[0]) ?? sameValueOf(node.args[1])
  if (node.op !== '==') return null
  const sides = node.args.map(readPath)
  const [event, async] = [sides.find((side) => side?.root === 'event'), sides.find((side) => side?.root === 'async')]
  return event == null || async == null || event.optional || async.optional ? null : { event: event.keys, async: async.keys }
}

function collect(node: ASTNode, optional: boolean, bound: Set<string>, names: readonly string[], references: CelReference[]): void {
  const path = readPath(node)
  if (path !== null) {
    if (!bound.has(path.root) && names.includes(path.root)) {
      references.push({ root: path.root, path: path.keys, optional: optional || path.optional, start: path.start, end: node.end })
    }
    return
  }
  if (node.op === 'call' && node.args[0] === 'has') {
    node.args[1].forEach((argument) => collect(argument, true, bound, names, references))
    return
  }
  const inner = new Set(bound)
  if (node.op === 'rcall' && macros.has(node.args[0])) {
    const variable = (node.args[2] as unknown as ASTNode[])[0]
    if (variable?.op === 'id') inner.add(variable.args)
  }
  const lazy = node.op === '&&' || node.op === '||' || node.op === '?:'
  childrenOf(node).forEach((child, index) => collect(child, optional || (lazy && index > 0), inner, names, references))
}

/** CEL's own values as JSON: ints are bigints there, maps may be Map, optionals are objects. */
function plain(value: unknown): Json {
  if (value === undefined || value === null) return null
  switch (typeof value) {
    case 'string': case 'boolean': case 'number': return value
    case 'bigint': return Number(value)
  }
  if (Array.isArray(value)) return value.map(plain)
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, entry]) => [String(key), plain(entry)]))
  const wrapped = value as { hasValue?: () => boolean; value?: () => unknown; valueOf(): unknown }
  if (typeof wrapped.hasValue === 'function' && typeof wrapped.value === 'function') return wrapped.hasValue() ? plain(wrapped.value()) : null
  const primitive = wrapped.valueOf()
  if (typeof primitive === 'bigint' || typeof primitive === 'number') return Number(primitive)
  return Object.fromEntries(Object.entries(value as object).map(([key, entry]) => [key, plain(entry)]))
}
