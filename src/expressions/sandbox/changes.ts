/**
 * Which expressions may change the data they read: `event.data.list.sort()` does. Those of one job share their data, so one
 * that may gets a copy of its own; all others, which are nearly all, go without.
 */
import type { Node } from 'acorn'
import { parseExpressionAt } from 'acorn'

const changing: ReadonlySet<string> = new Set(['sort', 'reverse', 'splice', 'push', 'pop', 'shift', 'unshift', 'fill', 'copyWithin'])
/** Functions that change their first argument. */
const changingFirst: ReadonlySet<string> = new Set(['assign', 'defineProperty', 'defineProperties', 'set', 'deleteProperty'])
/** What these answer is new, so it may be changed. */
const making: ReadonlySet<string> = new Set(['map', 'filter', 'slice', 'concat', 'split', 'flat', 'flatMap', 'toSorted', 'toReversed', 'toSpliced', 'keys', 'values', 'entries', 'from', 'match'])

const kept = new Map<string, ReadonlySet<string> | null>()
const keptMost = 2000

/** By expression: the names of those that it gets a copy of; null for none. Undefined when none gets any. */
export function copiesFor(expressions: readonly string[], names: readonly string[]): (string[] | null)[] | undefined {
  const copies = expressions.map((source) => {
    const read = namesOfChanging(source)
    return read === null ? null : names.filter((name) => read.has(name))
  })
  return copies.every((one) => one === null) ? undefined : copies
}

/** Names an expression reads that may change something; null for one that changes nothing. */
function namesOfChanging(source: string): ReadonlySet<string> | null {
  let names = kept.get(source)
  if (names !== undefined) return names
  names = read(source)
  if (kept.size >= keptMost) kept.clear()
  kept.set(source, names)
  return names
}

function read(source: string): ReadonlySet<string> | null {
  const names = new Set<string>()
  let changes = false
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit)
    if (typeof value !== 'object' || value === null || typeof (value as Node).type !== 'string') return
    const node = value as Node & Record<string, unknown>
    if (node.type === 'Identifier') names.add(node['name'] as string)
    changes ||= changesData(node)
    for (const key of Object.keys(node)) visit(node[key])
  }
  try {
    visit(parseExpressionAt(source, 0, { ecmaVersion: 2023, sourceType: 'module' }))
  } catch {
    // The guest says what is wrong with it.
    return null
  }
  return changes ? names : null
}

type Loose = Node & Record<string, unknown>

function changesData(node: Loose): boolean {
  switch (node.type) {
    case 'AssignmentExpression': return (node['left'] as Node).type !== 'Identifier'
    case 'UpdateExpression': return (node['argument'] as Node).type !== 'Identifier'
    case 'UnaryExpression': return node['operator'] === 'delete'
    case 'MemberExpression': return changing.has(keyOf(node)) && !isNew(node['object'] as Loose)
    case 'CallExpression': {
      const [callee, [first]] = [node['callee'] as Loose, node['arguments'] as Loose[]]
      return callee.type === 'MemberExpression' && changingFirst.has(keyOf(callee)) && first !== undefined && !isNew(first)
    }
    default: return false
  }
}

function keyOf(member: Loose): string {
  const property = member['property'] as Loose
  if (member['computed'] !== true) return property.type === 'Identifier' ? (property['name'] as string) : ''
  return property.type === 'Literal' ? String(property['value']) : ''
}

function isNew(object: Loose): boolean {
  if (object.type === 'ArrayExpression' || object.type === 'ObjectExpression' || object.type === 'NewExpression') return true
  if (object.type !== 'CallExpression') return false
  const callee = object['callee'] as Loose
  return callee.type === 'MemberExpression' && making.has(keyOf(callee))
}
