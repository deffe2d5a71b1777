/**
 * Trees to closures: the path that costs no sandbox. Reads own properties only, calls nothing,
 * and throws `step_missing_value` for a path that is not there unless the expression copes with it.
 */
import { FanwiseError } from '#base/errors.ts'
import { kindOf, missingValue } from '#expressions/problem.ts'
import type { BinaryOperator, PathLink, Tree } from '#expressions/tree.ts'
import { pathText } from '#expressions/tree.ts'

export type Scope = Readonly<Record<string, unknown>>
export type Read = (scope: Scope) => unknown

const hasOwn = Object.hasOwn

/** The closure of a tree. `guarded` = a missing path gives undefined. */
export function compileTree(tree: Tree, guarded = false): Read {
  switch (tree.type) {
    case 'literal': {
      const { value } = tree
      return () => value
    }
    case 'path':
      return pathReader(tree.root, tree.links, guarded)
    case 'nullish': {
      const [left, right] = [compileTree(tree.left, true), compileTree(tree.right, guarded)]
      return (scope) => left(scope) ?? right(scope)
    }
    case 'or': {
      const [left, right] = [compileTree(tree.left, true), compileTree(tree.right, guarded)]
      return (scope) => left(scope) || right(scope)
    }
    case 'and': {
      const [left, right] = [compileTree(tree.left, guarded), compileTree(tree.right, guarded)]
      return (scope) => left(scope) && right(scope)
    }
    case 'not': {
      const of = compileTree(tree.of, guarded)
      return (scope) => !of(scope)
    }
    case 'typeof': {
      const of = compileTree(tree.of, true)
      return (scope) => typeof of(scope)
    }
    case 'choose': {
      const [test, yes, no] = [compileTree(tree.test), compileTree(tree.yes, guarded), compileTree(tree.no, guarded)]
      return (scope) => (test(scope) ? yes(scope) : no(scope))
    }
    case 'list': {
      const items = tree.items.map((item) => compileTree(item))
      return (scope) => items.map((item) => item(scope) ?? null)
    }
    case 'record':
      return recordReader(tree.keys, tree.values.map((value) => compileTree(value)))
    case 'binary':
      return binaryReader(tree.operator, tree.left, tree.right, guarded)
  }
}

function recordReader(keys: string[], values: Read[]): Read {
  return (scope) => {
    const record: Record<string, unknown> = {}
    for (let i = 0; i < keys.length; i++) record[keys[i]!] = values[i]!(scope)
    return record
  }
}

/** An own property of data; of text, only its length and characters. */
export function ownValue(value: unknown, key: string): unknown {
  if (typeof value === 'object' && value !== null) return hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined
  if (typeof value === 'string') {
    if (key === 'length') return value.length
    return /^\d+$/.test(key) ? value[Number(key)] : undefined
  }
  return undefined
}

function pathReader(root: string, links: PathLink[], guarded: boolean): Read {
  const keys = links.map((link) => link.key)
  const firstOptional = links.findIndex((link) => link.optional)
  // `a.b?.c`: everything up to a must be there; b may be missing, and all that follows.
  const strictUntil = guarded ? -1 : firstOptional < 0 ? keys.length : firstOptional - 1
  const count = keys.length
  return (scope) => {
    let value = hasOwn(scope, root) ? scope[root] : undefined
    if (value === undefined && strictUntil >= 0) throw missingValue(root, 'missing')
    for (let i = 0; i < count; i++) {
      const next = ownValue(value, keys[i]!)
      if (next === undefined) {
        if (i >= strictUntil) return undefined
        throw missingAt(root, keys, i, value)
      }
      value = next
    }
    return value
  }
}

function missingAt(root: string, keys: string[], index: number, holder: unknown): FanwiseError {
  if (root === 'steps' && index === 0) return missingValue(pathText(root, keys.slice(0, 1)), 'step')
  if (holder === null) return missingValue(pathText(root, keys.slice(0, index)), 'null')
  return missingValue(pathText(root, keys.slice(0, index + 1)), 'missing')
}

/** What is at a required path; throws where it is not there, as the reader would. */
export function requirePath(scope: Scope, root: string, path: readonly string[]): unknown {
  return pathReader(root, path.map((key) => ({ key, optional: false })), false)(scope)
}

const isNothing = (tree: Tree) => tree.type === 'literal' && (tree.value === null || tree.value === undefined)
const isObject = (value: unknown) => typeof value === 'object' && value !== null

function binaryReader(operator: BinaryOperator, leftTree: Tree, rightTree: Tree, guarded: boolean): Read {
  const equality = operator === '===' || operator === '!==' || operator === '==' || operator === '!='
  const tolerant = guarded || (equality && (isNothing(leftTree) || isNothing(rightTree)))
  const [left, right] = [compileTree(leftTree, tolerant), compileTree(rightTree, tolerant)]
  const apply = appliers[operator] as (a: unknown, b: unknown) => unknown
  if (operator === '===' || operator === '!==') return (scope) => apply(left(scope), right(scope))
  return (scope) => {
    const [a, b] = [left(scope), right(scope)]
    if (isObject(a) || isObject(b)) return withObject(operator, a, b)
    return apply(a, b)
  }
}

/** Objects are never turned into text or numbers behind a person's back. */
function withObject(operator: BinaryOperator, a: unknown, b: unknown): boolean {
  if (operator === '==') return a === b
  if (operator === '!=') return a !== b
  throw new FanwiseError('step_input', `\`${operator}\` cannot be used between ${kindOf(a)} and ${kindOf(b)}.`, {
    fix: 'Use a field of the object, or the length of the list.',
  })
}

/** `==` of JavaScript for plain values. */
function looseEqual(a: unknown, b: unknown): boolean {
  if (a === null || a === undefined || b === null || b === undefined) return (a ?? null) === (b ?? null)
  return typeof a === typeof b ? a === b : Number(a) === Number(b)
}

/** Only ever given plain values, of whatever type: with those, the operators call nothing. */
const appliers: Record<BinaryOperator, (a: number, b: number) => unknown> = {
  '===': (a, b) => a === b,
  '!==': (a, b) => a !== b,
  '==': looseEqual,
  '!=': (a, b) => !looseEqual(a, b),
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
}
