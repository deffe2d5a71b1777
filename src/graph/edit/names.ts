/** Names that must be unique or fit a pattern: slugs of functions, keys of steps. */
import type { FunctionNode, GraphDocument, StepNode } from '#graph/document.ts'

export const slugPattern = /^[a-z0-9]+(?:-[a-z0-9]+)*$/
export const slugMax = 64
export const stepKeyPattern = /^[A-Za-z_][A-Za-z0-9_]*$/
export const stepKeyMax = 64

/** "Send welcome e-mail" → `send-welcome-e-mail`. */
export function toSlug(text: string): string {
  const slug = plain(text).toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, slugMax).replace(/-+$/, '')
  return slug === '' ? 'function' : slug
}

/** "Create customer" → `create_customer`. */
export function toStepKey(text: string): string {
  const key = plain(text).toLowerCase().replace(/[^a-z0-9]+/g, '_').replace(/^_+|_+$/g, '').slice(0, stepKeyMax)
  const usable = key === '' ? 'step' : /^[0-9]/.test(key) ? `step_${key}`.slice(0, stepKeyMax) : key
  return isReservedKey(usable) ? `${usable}_step` : usable
}

/** Names that every object inherits cannot be told from an output. */
export function isReservedKey(key: string): boolean {
  return key in Object.prototype
}

/** `base`, or `base-2`, `base-3`, … whichever is free. */
export function freeName(base: string, taken: ReadonlySet<string>, joiner: '-' | '_' | ' ', max = 64): string {
  if (!taken.has(base)) return base
  const stem = base.replace(joiner === '-' ? /-\d+$/ : joiner === '_' ? /_\d+$/ : / \d+$/, '')
  for (let n = 2; ; n++) {
    const tail = `${joiner}${n}`
    const name = `${stem.slice(0, max - tail.length)}${tail}`
    if (!taken.has(name)) return name
  }
}

export function functionsOf(document: GraphDocument): FunctionNode[] {
  return Object.values(document.nodes).filter((node): node is FunctionNode => node.type === 'function')
}

export function stepsOf(document: GraphDocument, frameId: string): StepNode[] {
  return Object.values(document.nodes).filter((node): node is StepNode => node.type === 'step' && node.parent === frameId)
}

export function slugsOf(document: GraphDocument): Set<string> {
  return new Set(functionsOf(document).map((node) => node.slug))
}

export function keysOf(document: GraphDocument, frameId: string): Set<string> {
  return new Set(stepsOf(document, frameId).map((node) => node.key))
}

function plain(text: string): string {
  return text.normalize('NFKD').replace(/[\u0300-\u036f]/g, '')
}
