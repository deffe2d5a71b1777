/**
 * The part of JavaScript that runs without the sandbox: own-property paths, literals,
 * comparison, arithmetic on plain values, && || ?? ! ?: and typeof. Nothing in it can be
 * called, so nothing in it can reach anything. Whatever else an expression holds makes
 * `toTree` answer null, and the expression goes to the sandbox.
 */
import type { Expression, MemberExpression, Node, PrivateIdentifier, Super } from 'acorn'
import { forbiddenKeys } from '#expressions/problem.ts'

export interface PathLink {
  key: string
  /** Reached by `?.`. */
  optional: boolean
}

export type BinaryOperator = '===' | '!==' | '==' | '!=' | '<' | '<=' | '>' | '>=' | '+' | '-' | '*' | '/' | '%'

export type Tree =
  | { type: 'literal'; value: null | undefined | boolean | number | string }
  | { type: 'path'; root: string; links: PathLink[] }
  | { type: 'nullish' | 'and' | 'or'; left: Tree; right: Tree }
  | { type: 'not' | 'typeof'; of: Tree }
  | { type: 'binary'; operator: BinaryOperator; left: Tree; right: Tree }
  | { type: 'choose'; test: Tree; yes: Tree; no: Tree }
  | { type: 'list'; items: Tree[] }
  | { type: 'record'; keys: string[]; values: Tree[] }

const operators: ReadonlySet<string> = new Set(['===', '!==', '==', '!=', '<', '<=', '>', '>=', '+', '-', '*', '/', '%'])
const logical: Record<string, 'nullish' | 'and' | 'or'> = { '??': 'nullish', '&&': 'and', '||': 'or' }
/** Identifiers that are values, not data. */
const constants: ReadonlySet<string> = new Set(['undefined', 'NaN', 'Infinity'])

/** The tree of an expression, or null when it needs the sandbox. `roots` are the names data can be read from. */
export function toTree(node: Expression | PrivateIdentifier | Super, isRoot: (name: string) => boolean): Tree | null {
  const sub = (child: Expression | PrivateIdentifier | Super) => toTree(child, isRoot)
  switch (node.type) {
    case 'Literal': {
      const value = node.value
      return value === null && node.raw !== 'null' ? null : isPlain(value) ? { type: 'literal', value } : null
    }
    case 'Identifier':
      if (node.name === 'undefined') return { type: 'literal', value: undefined }
      return !constants.has(node.name) && isRoot(node.name) ? { type: 'path', root: node.name, links: [] } : null
    case 'ParenthesizedExpression':
    case 'ChainExpression':
      return sub(node.expression)
    case 'MemberExpression': {
      const path = staticPath(node)
      return path !== null && path.whole && isRoot(path.root) ? { type: 'path', root: path.root, links: path.links } : null
    }
    case 'LogicalExpression': {
      const left = sub(node.left)
      const right = left === null ? null : sub(node.right)
      return left === null || right === null ? null : { type: logical[node.operator]!, left, right }
    }
    case 'UnaryExpression': {
      const of = sub(node.argument)
      if (of === null) return null
      if (node.operator === '!') return { type: 'not', of }
      if (node.operator === 'typeof') return { type: 'typeof', of }
      if (node.operator === '-' && of.type === 'literal' && typeof of.value === 'number') return { type: 'literal', value: -of.value }
      return null
    }
    case 'BinaryExpression': {
      if (!operators.has(node.operator)) return null
      const left = sub(node.left)
      const right = left === null ? null : sub(node.right)
      return left === null || right === null ? null : { type: 'binary', operator: node.operator as BinaryOperator, left, right }
    }
    case 'ConditionalExpression': {
      const [test, yes, no] = [sub(node.test), sub(node.consequent), sub(node.alternate)]
      return test === null || yes === null || no === null ? null : { type: 'choose', test, yes, no }
    }
    case 'TemplateLiteral':
      return node.expressions.length === 0 ? { type: 'literal', value: node.quasis[0]?.value.cooked ?? '' } : null
    case 'ArrayExpression': {
      const items = node.elements.map((item) => (item === null || item.type === 'SpreadElement' ? null : sub(item)))
      return items.every((item) => item !== null) ? { type: 'list', items } : null
    }
    case 'ObjectExpression':
      return recordTree(node, sub)
    default:
      return null
  }
}

function recordTree(node: Extract<Expression, { type: 'ObjectExpression' }>, sub: (child: Expression) => Tree | null): Tree | null {
  const keys: string[] = []
  const values: Tree[] = []
  for (const property of node.properties) {
    if (property.type !== 'Property' || property.computed || property.kind !== 'init' || property.method) return null
    const key = property.key.type === 'Identifier' ? property.key.name : property.key.type === 'Literal' ? String(property.key.value) : null
    const value = sub(property.value)
    if (key === null || value === null || forbiddenKeys.has(key)) return null
    keys.push(key)
    values.push(value)
  }
  return { type: 'record', keys, values }
}

function isPlain(value: unknown): value is null | boolean | number | string {
  return value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string'
}

export interface StaticPath {
  root: string
  links: PathLink[]
  /** False when the chain goes on with something only known when it runs. */
  whole: boolean
  /** Offsets of the root name. */
  start: number
  end: number
}

/** The longest static path a member chain begins with, or null when it does not begin with a name. */
export function staticPath(node: MemberExpression): StaticPath | null {
  const chain: MemberExpression[] = []
  let current: Node = node
  for (;;) {
    const here = current as Expression
    if (here.type === 'ChainExpression' || here.type === 'ParenthesizedExpression') current = here.expression
    else if (here.type === 'MemberExpression') {
      chain.push(here)
      current = here.object
    } else break
  }
  const rootNode = current as Expression
  if (rootNode.type !== 'Identifier') return null
  const links: PathLink[] = []
  let end = rootNode.end
  for (const member of chain.reverse()) {
    const key = staticKey(member)
    if (key === null) return { root: rootNode.name, links, whole: false, start: rootNode.start, end }
    links.push({ key, optional: member.optional })
    end = member.end
  }
  return { root: rootNode.name, links, whole: true, start: rootNode.start, end }
}

function staticKey(member: MemberExpression): string | null {
  if (!member.computed) return member.property.type === 'Identifier' ? member.property.name : null
  const property = member.property
  if (property.type !== 'Literal') return null
  return typeof property.value === 'string' || typeof property.value === 'number' ? String(property.value) : null
}

/** `event.data["first name"][0]`, as a person would write it. */
export function pathText(root: string, keys: readonly string[]): string {
  let text = root
  for (const key of keys) {
    if (/^[A-Za-z_$][\w$]*$/.test(key)) text += `.${key}`
    else if (/^\d+$/.test(key)) text += `[${key}]`
    else text += `[${JSON.stringify(key)}]`
  }
  return text
}
