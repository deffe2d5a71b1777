/**
 * Which data an expression reads, and whether it copes when that is not there. The compiler
 * checks these against known steps and samples; the resolver checks the required ones
 * before an expression goes to the sandbox.
 */
import type { AnyNode, ArrowFunctionExpression, Expression, FunctionExpression, Node, Pattern } from 'acorn'
import { staticPath } from '#expressions/tree.ts'

export interface Reference {
  /** `event`, `steps`, `run`, `env`, `secrets`, or an extra name in scope. */
  root: string
  path: string[]
  /** Guarded: by `?.`, left of `??` or `||`, in `typeof`, compared with null or undefined, or read only sometimes. */
  optional: boolean
  /** Offsets in the expression's text (from its braces on). */
  start: number
  end: number
}

export interface Found {
  references: Reference[]
  unknownNames: { name: string; start: number; end: number }[]
  /** A construct that no expression may hold. */
  refused: { what: string; start: number } | null
}

const globals: ReadonlySet<string> = new Set([
  'undefined', 'NaN', 'Infinity', 'Math', 'JSON', 'Object', 'Array', 'String', 'Number', 'Boolean', 'Date', 'RegExp', 'Set', 'Map',
  'BigInt', 'Symbol', 'Error', 'TypeError', 'RangeError', 'parseInt', 'parseFloat', 'isNaN', 'isFinite', 'encodeURIComponent', 'decodeURIComponent',
  'encodeURI', 'decodeURI', 'Uint8Array', 'Promise', 'Reflect', 'globalThis', 'WeakMap', 'WeakSet', 'arguments',
])
const refusedNodes: Record<string, string> = {
  ImportExpression: '`import()`', AwaitExpression: '`await`', YieldExpression: '`yield`', MetaProperty: '`import.meta`', ClassExpression: 'A class',
}

/** All reads of data in an expression. `isRoot` says which free names are data. */
export function findReferences(node: Node, isRoot: (name: string) => boolean): Found {
  const found: Found = { references: [], unknownNames: [], refused: null }
  visit(node, false, [], isRoot, found)
  return found
}

function visit(raw: Node | null | undefined, optional: boolean, bound: ReadonlySet<string>[], isRoot: (name: string) => boolean, found: Found): void {
  if (raw === null || raw === undefined) return
  const node = raw as Expression
  const refusedWhat = refusedNodes[node.type]
  if (refusedWhat !== undefined) {
    found.refused ??= { what: refusedWhat, start: node.start }
    return
  }
  const go = (child: Node | null | undefined, guarded = optional) => visit(child, guarded, bound, isRoot, found)
  switch (node.type) {
    case 'Identifier':
      return note(node.name, [], optional, node.start, node.end, bound, isRoot, found)
    case 'MemberExpression':
      return member(node, optional, false, bound, isRoot, found)
    case 'CallExpression': {
      const callee = unwrap(node.callee)
      if (callee.type === 'MemberExpression') member(callee as Extract<Expression, { type: 'MemberExpression' }>, optional || node.optional, true, bound, isRoot, found)
      else go(node.callee)
      for (const argument of node.arguments) go(argument)
      return
    }
    case 'LogicalExpression':
      go(node.left, optional || node.operator !== '&&')
      return go(node.right, true)
    case 'ConditionalExpression':
      go(node.test)
      go(node.consequent, true)
      return go(node.alternate, true)
    case 'UnaryExpression':
      return go(node.argument, optional || node.operator === 'typeof')
    case 'BinaryExpression': {
      const comparesNothing = /^[!=]==?$/.test(node.operator) && (isNothing(node.left) || isNothing(node.right))
      go(node.left, optional || comparesNothing)
      return go(node.right, optional || comparesNothing)
    }
    case 'ArrowFunctionExpression':
    case 'FunctionExpression': {
      const inner = [...bound, bindings(node)]
      for (const param of node.params) visit(param, true, inner, isRoot, found)
      return visit(node.body, true, inner, isRoot, found)
    }
    default:
      children(node, (child) => go(child))
  }
}

function member(node: Extract<Expression, { type: 'MemberExpression' }>, optional: boolean, called: boolean, bound: ReadonlySet<string>[], isRoot: (name: string) => boolean, found: Found): void {
  const path = staticPath(node)
  const guarded = optional || (path?.links.some((link) => link.optional) ?? false)
  if (path !== null) {
    const keys = path.links.map((link) => link.key)
    // A called member is a method, and length is there on every list and text: neither is data.
    if (path.whole && (called || keys.at(-1) === 'length')) keys.pop()
    note(path.root, keys, guarded, path.start, path.end, bound, isRoot, found)
  }
  // Whatever in the chain is not static: a computed key, a call's result.
  let current: Node = node
  for (;;) {
    const here = unwrap(current)
    if (here.type !== 'MemberExpression') {
      if (path === null) visit(here, guarded, bound, isRoot, found)
      return
    }
    const link = here as Extract<Expression, { type: 'MemberExpression' }>
    if (link.computed && link.property.type !== 'Literal') visit(link.property, optional, bound, isRoot, found)
    current = link.object
  }
}

function note(name: string, path: string[], optional: boolean, start: number, end: number, bound: ReadonlySet<string>[], isRoot: (name: string) => boolean, found: Found): void {
  if (bound.some((names) => names.has(name))) return
  if (isRoot(name)) found.references.push({ root: name, path, optional, start, end })
  else if (!globals.has(name)) found.unknownNames.push({ name, start, end })
}

function unwrap(node: Node): Node {
  let current = node as Expression
  while (current.type === 'ChainExpression' || current.type === 'ParenthesizedExpression') current = current.expression
  return current
}

function isNothing(raw: Node): boolean {
  const node = raw as Expression
  return (node.type === 'Literal' && node.value === null && node.raw === 'null') || (node.type === 'Identifier' && node.name === 'undefined')
}

/** Names a function binds: parameters and everything declared in it. */
function bindings(fn: ArrowFunctionExpression | FunctionExpression): Set<string> {
  const names = new Set<string>()
  const pattern = (node: Pattern | null | undefined): void => {
    switch (node?.type) {
      case 'Identifier': names.add(node.name); break
      case 'AssignmentPattern': pattern(node.left); break
      case 'RestElement': pattern(node.argument); break
      case 'ArrayPattern': node.elements.forEach(pattern); break
      case 'ObjectPattern': node.properties.forEach((property) => pattern(property.type === 'Property' ? property.value : property)); break
    }
  }
  const declared = (raw: Node): void => {
    const node = raw as AnyNode
    if (node.type === 'VariableDeclarator') pattern(node.id)
    else if (node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration') pattern(node.id)
    else if (node.type === 'CatchClause') pattern(node.param)
    children(node, declared)
  }
  if (fn.type === 'FunctionExpression') pattern(fn.id)
  fn.params.forEach(pattern)
  declared(fn.body)
  return names
}

function children(node: Node, each: (child: Node) => void): void {
  const record = node as unknown as Record<string, unknown>
  for (const key of Object.keys(record)) {
    // `{ name: value }`, `label:` and non-computed keys are names, not reads.
    if (key === 'key' && record.type === 'Property' && record.computed !== true) continue
    if ((key === 'label' && (record.type === 'BreakStatement' || record.type === 'ContinueStatement')) || (key === 'label' && record.type === 'LabeledStatement')) continue
    const value = record[key]
    if (Array.isArray(value)) {
      for (const entry of value) if (isNode(entry)) each(entry)
    } else if (isNode(value)) each(value)
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string' && 'start' in value
}
