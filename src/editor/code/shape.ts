/** What many JSON values have in common: which members there are, how often, and of what kind. Pure and bounded. */
import type { Json } from '#base/json.ts'

export type ShapeKind = 'string' | 'number' | 'boolean' | 'null' | 'object' | 'list'

export interface Shape {
  /** Values looked at. */
  seen: number
  kinds: Set<ShapeKind>
  /** How many of them were objects: a member seen less often is not always there. */
  objects: number
  members: Map<string, Shape>
  items: Shape | null
  /** There is more below than was looked at. */
  cut: boolean
}

const deepest = 8
const membersMost = 100
const itemsMost = 30

export const emptyShape = (): Shape => ({ seen: 0, kinds: new Set(), objects: 0, members: new Map(), items: null, cut: false })

const kept = new WeakMap<readonly Json[], Shape>()

/** The shape of several values. Arrays of values are not changed after they were made, so it is kept by identity. */
export function shapeOf(values: readonly Json[]): Shape {
  let shape = kept.get(values)
  if (shape === undefined) {
    shape = emptyShape()
    for (const value of values) add(shape, value, 0)
    kept.set(values, shape)
  }
  return shape
}

function add(shape: Shape, value: Json, depth: number): void {
  shape.seen++
  if (value === null) shape.kinds.add('null')
  else if (Array.isArray(value)) addList(shape, value, depth)
  else if (typeof value === 'object') addObject(shape, value, depth)
  else shape.kinds.add(typeof value as ShapeKind)
}

function addList(shape: Shape, value: Json[], depth: number): void {
  shape.kinds.add('list')
  shape.items ??= emptyShape()
  if (depth >= deepest) shape.items.cut = true
  else for (const item of value.slice(0, itemsMost)) add(shape.items, item, depth + 1)
}

function addObject(shape: Shape, value: { [key: string]: Json }, depth: number): void {
  shape.kinds.add('object')
  shape.objects++
  if (depth >= deepest) {
    shape.cut = true
    return
  }
  for (const [key, member] of Object.entries(value)) {
    let known = shape.members.get(key)
    if (known === undefined) {
      if (shape.members.size >= membersMost) {
        shape.cut = true
        continue
      }
      shape.members.set(key, (known = emptyShape()))
    }
    add(known, member, depth + 1)
  }
}

/** True when some of the objects lack this member. */
export const isOptional = (holder: Shape, member: Shape): boolean => member.seen < holder.objects

const plain = /^[A-Za-z_$][\w$]*$/

/** The shape as a TypeScript type. What nothing is known of, and what was only ever null, is `any`. */
export function typeText(shape: Shape): string {
  if (shape.cut && shape.kinds.size === 0) return 'any'
  const parts = [...shape.kinds].flatMap((kind): string[] => {
    switch (kind) {
      case 'object': return [objectText(shape)]
      case 'list': return [listText(shape.items)]
      case 'null': return []
      default: return [kind]
    }
  })
  if (parts.length === 0) return 'any'
  return (shape.kinds.has('null') ? [...parts, 'null'] : parts).join(' | ')
}

function listText(items: Shape | null): string {
  const item = items === null ? 'any' : typeText(items)
  return item.includes(' | ') ? `(${item})[]` : `${item}[]`
}

function objectText(shape: Shape): string {
  const members = [...shape.members].map(([key, member]) => `${plain.test(key) ? key : JSON.stringify(key)}${isOptional(shape, member) ? '?' : ''}: ${typeText(member)}`)
  if (shape.cut || members.length === 0) members.push('[key: string]: any')
  return `{ ${members.join('; ')} }`
}

/** What a value is, in a word of a list: "text", "number", "list". */
export function kindWord(shape: Shape): string {
  const words = [...shape.kinds].filter((kind) => kind !== 'null').map((kind) => ({ string: 'text', number: 'number', boolean: 'true/false', object: 'object', list: 'list', null: 'null' })[kind])
  return words.length === 0 ? (shape.kinds.has('null') ? 'null' : '') : words.join(' or ')
}
