/**
 * What a step's expressions can read, with what is really there: the events that start its function,
 * and the output of every step before it (pinned, else from the last run, else what its kind answers).
 * Pure.
 */
import type { Json, JsonObject } from '#base/json.ts'
import { isJsonObject } from '#base/json.ts'
import { compileConfig, compileTemplate } from '#expressions/resolve.ts'
import type { EventNode, GraphDocument, StepNode } from '#graph/document.ts'
import { stepsOf } from '#graph/edit/names.ts'
import { emittedEvent } from '#graph/links.ts'
import { stepDefinition } from '#steps/definitions.ts'
import { isPaged } from '#steps/http/definition.ts'
import { emptyShape, shapeOf, typeText, type Shape } from '../code/shape.ts'
import type { ScopeTypes } from '../code/scope-types.ts'
import type { DataAtHand, SampleEvent } from '../data/data-at-hand.ts'

/** Whose data it is. */
export type Origin =
  | { kind: 'event'; id: string; at: number }
  | { kind: 'sample' }
  | { kind: 'pinned' }
  | { kind: 'run'; runId: string; at: string }
  /** A transform's output, worked out from what it reads. */
  | { kind: 'computed' }
  /** Nothing was seen yet: only what such a step is known to answer. */
  | { kind: 'known' }

export interface DataSource {
  /** `event.data`, `steps.contact`, `item` */
  path: string
  /** "order/placed", "Create contact" */
  title: string
  origin: Origin
  /** The value that is shown and evaluated with; absent while none was seen. */
  value?: Json
  shape: Shape
  /** As TypeScript. */
  type: string
  /** The value is a shortened one: the whole is too long to have here. */
  cut?: boolean
  /** Of an item: how many there are, where the whole list is at hand. */
  count?: number
  /** It may have failed without ending the run, so `error` may be there instead. */
  mayFail?: boolean
}

export interface Readable {
  /** Key of the step these fields belong to. */
  own?: string
  /** In the order of a list: the item, events, steps nearest first. */
  sources: DataSource[]
  /** What expressions are evaluated with. Only what is known is in it: a sample has no id and no time. */
  scope: { event?: JsonObject; steps: JsonObject; run: JsonObject; item?: Json; index?: number }
  /** Steps before it without a value, by key. */
  waiting: Map<string, string>
  types: ScopeTypes
}

export const nothingReadable: Readable = { sources: [], scope: { steps: {}, run: {} }, waiting: new Map(), types: { events: [], steps: [] } }

/** Real events by the name of an event node: see Catalog.samples. */
type RealEvents = Readonly<Record<string, readonly Json[]>>

/** For a step, a function, or the line that starts one. `asked`: names of events that are being worked out, so that none is by way of itself. */
export function readableData(document: GraphDocument, id: string, data: DataAtHand, real: RealEvents = {}, asked: readonly string[] = []): Readable {
  const edge = document.edges[id]
  const node = document.nodes[edge === undefined ? id : edge.target]
  const step = node?.type === 'step' ? node : undefined
  const frame = step === undefined ? node : document.nodes[step.parent]
  if (frame?.type !== 'function') return nothingReadable
  const events = startingEvents(document, frame.id, edge?.type === 'subscription' ? edge.source : undefined).map((one) => eventSource(one, data, real, (name) => sentHere(document, name, data, real, asked)))
  const before = step === undefined ? [] : stepsBefore(document, step)
  const shown = events.find((one) => one.source.value !== undefined) ?? events[0]
  const scope: Readable['scope'] = {
    ...(shown?.event === undefined ? {} : { event: { name: shown.event.name, data: shown.event.data, ...(shown.event.id === null ? {} : { id: shown.event.id, ts: shown.event.ts }) } }),
    steps: {},
    run: { attempt: 1, function: frame.slug },
  }
  const steps = before.map((one) => {
    const source = stepSource(one, data, scope)
    if (source.value !== undefined) scope.steps[one.key] = source.value
    return source
  })
  const whole = ![shown?.source, ...steps].some((one) => one?.cut === true)
  const items = step === undefined ? null : itemSources(step, scope, whole)
  const approvals = stepsOf(document, frame.id).flatMap((one) => (one.kind === 'approval' ? [one.key] : []))
  if (items?.[0]?.value !== undefined) Object.assign(scope, { item: items[0].value, index: 0 })
  return {
    ...(step === undefined ? {} : { own: step.key }),
    sources: [...(items ?? []), ...(shown === undefined ? [] : [shown]), ...events.filter((one) => one !== shown)].map((one) => ('source' in one ? one.source : one)).concat([...steps].reverse()),
    scope,
    waiting: new Map(before.flatMap((one, i) => (steps[i]!.value === undefined ? [[one.key, one.name] as const] : []))),
    types: {
      events: events.map(({ source }) => source.type),
      steps: before.map((one, i) => ({ key: one.key, about: `${stepDefinition(one.kind).label}: ${one.name}`, type: steps[i]!.type })),
      ...(items === null ? {} : { item: items[0]!.type }),
      ...(frame.batch === undefined ? {} : { batch: true }),
      ...(approvals.length === 0 ? {} : { approvals }),
    },
  }
}

function startingEvents(document: GraphDocument, functionId: string, only: string | undefined): EventNode[] {
  return Object.values(document.edges).flatMap((edge) => {
    if (edge.type !== 'subscription' || edge.target !== functionId || (only !== undefined && edge.source !== only)) return []
    const source = document.nodes[edge.source]
    return source?.type === 'event' ? [source] : []
  })
}

function eventSource(node: EventNode, data: DataAtHand, real: RealEvents, workOut: (name: string) => Json | undefined): { source: DataSource; event: SampleEvent | undefined } {
  const stored = Object.hasOwn(real, node.event) ? real[node.event]! : []
  const atHand = data.events.get(node.id) ?? (node.sample !== undefined ? { id: null, name: node.event, data: node.sample, ts: 0 } : stored[0] !== undefined ? { id: null, name: node.event, data: stored[0], ts: 0 } : undefined)
  const computed = atHand === undefined ? workOut(node.event) : undefined
  if (computed !== undefined) {
    const shape = shapeOf([computed])
    return { event: { id: null, name: node.event, data: computed, ts: 0 }, source: { path: 'event.data', title: node.event, origin: { kind: 'computed' }, shape, type: typeText(shape), value: computed } }
  }
  const shape = shapeOf(valuesOf(atHand, stored))
  const origin: Origin = atHand?.id == null ? { kind: atHand === undefined ? 'known' : 'sample' } : { kind: 'event', id: atHand.id, at: atHand.ts }
  return { event: atHand, source: { path: 'event.data', title: node.event, origin, shape, type: typeText(shape), ...(atHand === undefined ? {} : { value: atHand.data }), ...(atHand?.cut === undefined ? {} : { cut: true }) } }
}

/** The data of an event that nobody has seen yet, but that a step of this drawing sends: as it would be with the data at hand. */
function sentHere(document: GraphDocument, name: string, data: DataAtHand, real: RealEvents, asked: readonly string[]): Json | undefined {
  if (name === '' || asked.includes(name)) return undefined
  for (const step of Object.values(document.nodes)) {
    if (step.type !== 'step' || emittedEvent(step) !== name || typeof step.config.data !== 'string') continue
    const { scope } = readableData(document, step.id, data, real, [...asked, name])
    try {
      const template = compileTemplate(step.config.data, 'json', { scope: step.kind === 'emit-each' ? ['item', 'index'] : [] })
      const sent = template.needsSandbox ? undefined : template.render(scope)
      if (sent !== undefined && isJsonObject(sent)) return sent
    } catch {
      // It cannot be worked out from what is known; another step may send it, too.
    }
  }
  return undefined
}

const joined = new WeakMap<readonly Json[], { first: Json | undefined; values: readonly Json[] }>()

/** The event at hand and the real ones: the same array as long as both are the same, so that its shape is kept. */
function valuesOf(atHand: SampleEvent | undefined, stored: readonly Json[]): readonly Json[] {
  if (atHand === undefined) return stored
  const known = joined.get(stored)
  if (known !== undefined && known.first === atHand.data) return known.values
  const values = stored.includes(atHand.data) ? stored : [atHand.data, ...stored]
  joined.set(stored, { first: atHand.data, values })
  return values
}

function stepSource(step: StepNode, data: DataAtHand, scope: Readable['scope']): DataSource {
  const last = data.steps.get(step.id)
  const computed = step.pinned === undefined && step.kind === 'transform' && step.each === undefined ? transformed(step, scope) : undefined
  const mayFail = step.onError === 'continue' || step.onError === 'branch'
  const base = { path: `steps.${step.key}`, title: step.name, ...(mayFail ? { mayFail } : {}) }
  // Null is an output like any other.
  const value = step.pinned !== undefined ? step.pinned : computed !== undefined ? computed : last?.output
  if (value === undefined) {
    const known = step.each === undefined ? knownOutput(step) : { shape: shapeOf([[]]), type: `(${knownOutput(step).type})[]` }
    return { ...base, origin: { kind: 'known' }, ...known, type: mayFail ? 'any' : known.type }
  }
  const shape = shapeOf([value])
  const origin: Origin = step.pinned !== undefined ? { kind: 'pinned' } : computed !== undefined ? { kind: 'computed' } : { kind: 'run', runId: last!.runId, at: last!.at }
  const cut = origin.kind === 'run' && last?.cut !== undefined ? { cut: true } : {}
  return { ...base, ...cut, origin, value, shape, type: mayFail ? `${typeText(shape)} & { error?: { message: string } }` : typeText(shape) }
}

/** What a transform makes of the data at hand: as it is drawn now, not as it was when it last ran. */
function transformed(step: StepNode, scope: Readable['scope']): Json | undefined {
  try {
    const resolver = compileConfig(stepDefinition('transform').config, step.config)
    if (resolver.needsSandbox) return undefined
    const { fields } = resolver.resolveSync(scope)
    return Array.isArray(fields) ? Object.fromEntries(fields.flatMap((one) => (isJsonObject(one) && typeof one.name === 'string' ? [[one.name, one.value ?? null]] : []))) : undefined
  } catch {
    return undefined
  }
}

/** `item` and `index` of a step that goes through a list; null when it does not. */
function itemSources(step: StepNode, scope: Readable['scope'], whole: boolean): DataSource[] | null {
  const text = step.each?.items ?? (step.kind === 'emit-each' && typeof step.config.items === 'string' ? step.config.items : undefined)
  if (text === undefined) return null
  const list = listAtHand(text, scope)
  const shape = shapeOf(list ?? [])
  const origin: Origin = { kind: list === null ? 'known' : 'sample' }
  const title = list === null ? 'each item of the list' : whole ? `the first of ${list.length.toLocaleString('en')}` : 'the first of the list'
  return [
    { path: 'item', title, origin, shape, type: typeText(shape), ...(list !== null && whole ? { count: list.length } : {}), ...(list?.[0] === undefined ? {} : { value: list[0] }) },
    { path: 'index', title: 'its place, from 0', origin, shape: shapeOf([0]), type: 'number', ...(list?.[0] === undefined ? {} : { value: 0 }) },
  ]
}

/** The list that a template gives with the data at hand; null when it needs more than is known here. */
function listAtHand(text: string, scope: Readable['scope']): Json[] | null {
  try {
    const template = compileTemplate(text, 'template')
    const value = template.needsSandbox ? null : template.render(scope)
    return Array.isArray(value) ? value : null
  } catch {
    return null
  }
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

/** What a kind is known to answer, before any run has shown it. */
function knownOutput(step: StepNode): { shape: Shape; type: string } {
  const members = knownMembers(step)
  if (members === null) return { shape: emptyShape(), type: 'any' }
  const shape = emptyShape()
  shape.seen = shape.objects = 1
  shape.kinds.add('object')
  for (const [name, type] of Object.entries(members)) {
    const member = emptyShape()
    member.seen = 1
    if (type === 'number') member.kinds.add('number')
    else if (type === 'boolean') member.kinds.add('boolean')
    else if (type === 'string') member.kinds.add('string')
    else if (type.endsWith('[]')) member.kinds.add('list')
    shape.members.set(name, member)
  }
  const text = Object.entries(members).map(([name, type]) => `${plain.test(name) ? name : JSON.stringify(name)}: ${type}`).join('; ')
  return { shape, type: text === '' ? '{ [key: string]: any }' : `{ ${text} }` }
}

function knownMembers(step: StepNode): Record<string, string> | null {
  switch (step.kind) {
    case 'http': return isPaged(step.config.pages)
      ? { status: 'number', headers: 'Record<string, string>', items: 'any[]', pages: 'number', more: 'boolean' }
      : { status: 'number', headers: 'Record<string, string>', body: 'any' }
    case 'mail': return { messageId: 'string', via: 'string', to: 'string' }
    case 'transform': {
      const { fields } = step.config
      if (!Array.isArray(fields)) return null
      return Object.fromEntries(fields.flatMap((field) => (isJsonObject(field) && typeof field.name === 'string' && field.name !== '' ? [[field.name, 'any']] : [])))
    }
    default: return null
  }
}

const plain = /^[A-Za-z_$][\w$]*$/

/** A member's path: `.email`, `[0]`, `["odd key"]`. */
export const memberPath = (at: string, key: string | number): string =>
  typeof key === 'number' ? `${at}[${key}]` : plain.test(key) ? `${at}.${key}` : `${at}[${JSON.stringify(key)}]`

/** A value in a few characters; empty when there is none. */
export function shortValue(value: Json | undefined, most = 60): string {
  if (value === undefined) return ''
  const text = JSON.stringify(value)
  return text.length > most ? `${text.slice(0, most - 1)}…` : text
}

export interface DataRow {
  path: string
  /** Value in the sample, as short text; empty when unknown. */
  value: string
  kind: 'string' | 'number' | 'other'
}

/** Leaves of a value as rows, breadth limited. */
export function dataRows(path: string, value: Json, most = 40): DataRow[] {
  const rows: DataRow[] = []
  const visit = (at: string, one: Json, depth: number): void => {
    if (rows.length >= most) return
    if (isJsonObject(one) && Object.keys(one).length > 0 && depth < 6) {
      for (const [key, member] of Object.entries(one)) visit(memberPath(at, key), member, depth + 1)
      return
    }
    rows.push({ path: at, value: shortValue(one), kind: typeof one === 'string' ? 'string' : typeof one === 'number' ? 'number' : 'other' })
  }
  visit(path, value, 0)
  return rows
}

/** Rows for a step before: the members its kind is known to answer, else the whole. */
export function stepRows(step: StepNode): DataRow[] {
  const at = `steps.${step.key}`
  const row = (path: string, value = ''): DataRow => ({ path, value, kind: 'other' })
  if (step.each !== undefined) return [row(at, 'list of outputs')]
  const names = step.kind === 'http' ? (isPaged(step.config.pages) ? ['items', 'pages'] : ['body', 'status'])
    : step.kind === 'transform' ? Object.keys(knownMembers(step) ?? {}).filter((name) => plain.test(name)) : []
  const rows = names.length > 0 ? names.map((name) => row(`${at}.${name}`)) : [row(at)]
  return step.onError === 'branch' || step.onError === 'continue' ? [...rows, row(`${at}?.error?.message`, 'when it failed')] : rows
}


