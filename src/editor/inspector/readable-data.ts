/** What a step's expressions can read: the samples of what starts its function, and the steps before it. Pure. */
import type { Json } from '#base/json.ts'
import type { GraphDocument, StepNode } from '#graph/document.ts'
import { stepDefinition } from '#steps/definitions.ts'
import { isJsonObject } from '#base/json.ts'
import { typeOf, type ScopeStep } from '../code/scope-types.ts'

export interface ReadableData {
  samples: Json[]
  steps: ScopeStep[]
}

export function readableData(document: GraphDocument, stepId: string): ReadableData {
  const step = document.nodes[stepId]
  if (step?.type !== 'step') return { samples: [], steps: [] }
  return { samples: samplesOf(document, step.parent), steps: stepsBefore(document, step).map(describe) }
}

/** Samples of the events that start a function. */
export function samplesOf(document: GraphDocument, functionId: string): Json[] {
  return Object.values(document.edges).flatMap((edge) => {
    if (edge.type !== 'subscription' || edge.target !== functionId) return []
    const source = document.nodes[edge.source]
    return source?.type === 'event' && source.sample !== undefined ? [source.sample] : []
  })
}

/** Every step from which this one can be reached, nearest last. */
export function stepsBefore(document: GraphDocument, step: StepNode): StepNode[] {
  const found = new Map<string, StepNode>()
  const open = [step.id]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const edge of Object.values(document.edges)) {
      if (edge.type !== 'order' || edge.target !== id || found.has(edge.source)) continue
      const source = document.nodes[edge.source]
      if (source?.type !== 'step' || source.id === step.id) continue
      found.set(source.id, source)
      open.push(source.id)
    }
  }
  return [...found.values()].sort((a, b) => a.position.x - b.position.x || a.position.y - b.position.y)
}

function describe(step: StepNode): ScopeStep {
  const one = outputType(step)
  const type = step.each === undefined ? one : `(${one})[]`
  return { key: step.key, about: `${stepDefinition(step.kind).label}: ${step.name}`, type: step.onError === 'continue' || step.onError === 'branch' ? 'any' : type }
}

/** What a kind is known to answer, before any run has shown it. */
function outputType(step: StepNode): string {
  switch (step.kind) {
    case 'http': return isPaged(step) ? '{ status: number; headers: Record<string, string>; items: any[]; pages: number; more: boolean }' : '{ status: number; headers: Record<string, string>; body: any }'
    case 'transform': {
      const { fields } = step.config
      if (!Array.isArray(fields)) return 'any'
      return typeOf(Object.fromEntries(fields.flatMap((field) => (isJsonObject(field) && typeof field.name === 'string' && field.name !== '' ? [[field.name, null]] : [])))).replaceAll(': null', ': any')
    }
    default: return 'any'
  }
}

const isPaged = (step: StepNode): boolean => step.config.pages === 'link' || step.config.pages === 'count'

export interface DataRow {
  path: string
  /** Value in the sample, as short text; empty when unknown. */
  value: string
  kind: 'string' | 'number' | 'other'
}

const plain = /^[A-Za-z_$][\w$]*$/

/** Leaves of a value as rows, breadth limited. */
export function dataRows(path: string, value: Json, most = 40): DataRow[] {
  const rows: DataRow[] = []
  const visit = (at: string, one: Json, depth: number): void => {
    if (rows.length >= most) return
    if (isJsonObject(one) && Object.keys(one).length > 0 && depth < 6) {
      for (const [key, member] of Object.entries(one)) visit(plain.test(key) ? `${at}.${key}` : `${at}[${JSON.stringify(key)}]`, member as Json, depth + 1)
      return
    }
    const text = JSON.stringify(one)
    rows.push({ path: at, value: text.length > 60 ? `${text.slice(0, 59)}…` : text, kind: typeof one === 'string' ? 'string' : typeof one === 'number' ? 'number' : 'other' })
  }
  visit(path, value, 0)
  return rows
}

/** Rows for a step before: its known members, else the whole. */
export function stepRows(step: StepNode): DataRow[] {
  const at = `steps.${step.key}`
  if (step.each !== undefined) return [{ path: at, value: 'list of outputs', kind: 'other' }]
  if (step.onError === 'branch' || step.onError === 'continue') return [...kindRows(step), { path: `${at}?.error?.message`, value: 'when it failed', kind: 'other' }]
  return kindRows(step)
}

function kindRows(step: StepNode): DataRow[] {
  const at = `steps.${step.key}`
  const row = (path: string): DataRow => ({ path, value: '', kind: 'other' })
  if (step.kind === 'http') return isPaged(step) ? [row(`${at}.items`), row(`${at}.pages`)] : [row(`${at}.body`), row(`${at}.status`)]
  if (step.kind === 'transform' && Array.isArray(step.config.fields)) {
    const names = step.config.fields.flatMap((field) => (isJsonObject(field) && typeof field.name === 'string' && plain.test(field.name) ? [field.name] : []))
    return names.length > 0 ? names.map((name) => row(`${at}.${name}`)) : [row(at)]
  }
  return [row(at)]
}
