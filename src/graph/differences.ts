/** What is different between two versions of one function, as a list that people read: steps, fields, limits, triggers. */
import { canonicalJson, jsonEqual, type Json } from '#base/json.ts'
import type { FunctionDefinition, StepDefinition, Trigger } from '#graph/definition.ts'

export interface Difference {
  change: 'added' | 'changed' | 'removed'
  /** "Step charge", "Retries", "Trigger". */
  part: string
  /** Path of a field of the part; absent when the whole part came or went. */
  field?: string
  from?: Json
  to?: Json
  /** The step's node, for the drawing. */
  nodeId?: string
}

export function functionDifferences(before: FunctionDefinition | null, after: FunctionDefinition | null): Difference[] {
  if (before === null && after === null) return []
  return [...triggerDifferences(before?.triggers ?? [], after?.triggers ?? []), ...settings(before, after), ...stepDifferences(before?.steps ?? [], after?.steps ?? [])]
}

export function triggerText(trigger: Trigger): string {
  if (trigger.type === 'schedule') return `${trigger.cron} (${trigger.timezone})${trigger.missed === undefined ? '' : `, missed ticks: ${trigger.missed}`}`
  return trigger.if === undefined ? trigger.event : `${trigger.event} if ${trigger.if}`
}

function triggerDifferences(before: Trigger[], after: Trigger[]): Difference[] {
  const had = new Set(before.map(triggerText))
  const has = new Set(after.map(triggerText))
  const gone = distinct(before).filter((one) => !has.has(triggerText(one)))
  const list = distinct(after).filter((one) => !had.has(triggerText(one))).map((trigger): Difference => {
    // The same event under another condition, or a schedule at other times, is one change.
    const at = gone.findIndex((one) => subject(one) === subject(trigger))
    const was = at < 0 ? undefined : gone.splice(at, 1)[0]
    const to = triggerText(trigger)
    return was === undefined ? { change: 'added', part: 'Trigger', to } : { change: 'changed', part: 'Trigger', from: triggerText(was), to }
  })
  return [...list, ...gone.map((one): Difference => ({ change: 'removed', part: 'Trigger', from: triggerText(one) }))]
}

const distinct = (triggers: Trigger[]): Trigger[] => [...new Map(triggers.map((one) => [triggerText(one), one])).values()]

const subject = (trigger: Trigger): string => (trigger.type === 'schedule' ? 'schedule' : `event ${trigger.event}`)

const settingNames: [keyof FunctionDefinition, string][] = [['retries', 'Retries'], ['backoff', 'Delay between retries'], ['concurrency', 'Concurrency'], ['concurrency2', 'Second concurrency limit'], ['flow', 'Flow control']]

function settings(before: FunctionDefinition | null, after: FunctionDefinition | null): Difference[] {
  if (before === null || after === null) return []
  return settingNames.flatMap(([key, part]) => fields(part, plain(before[key]), plain(after[key])))
}

function stepDifferences(before: StepDefinition[], after: StepDefinition[]): Difference[] {
  const old = (step: StepDefinition) => before.find((one) => one.id === step.id) ?? before.find((one) => one.nodeId === step.nodeId && !after.some((other) => other.id === one.id))
  const matched = new Set<StepDefinition>()
  const list: Difference[] = []
  for (const step of after) {
    const was = old(step)
    const part = `Step ${step.id}`
    if (was === undefined) list.push({ change: 'added', part, to: step.name, nodeId: step.nodeId })
    else {
      matched.add(was)
      list.push(...fields(part, comparable(was), comparable(step)).map((one) => ({ ...one, nodeId: step.nodeId })))
    }
  }
  for (const step of before) if (!matched.has(step)) list.push({ change: 'removed', part: `Step ${step.id}`, from: step.name, nodeId: step.nodeId })
  return list
}

/** A step as people know it: its fields at the top, its place in the order as text. */
function comparable(step: StepDefinition): Json {
  const { id, kind, config, after, retries, backoff, onError, each } = step
  return plain({
    key: id, kind, ...config, follows: after.map((edge) => (edge.port === 'out' ? edge.step : `${edge.step} (${edge.port})`)).sort().join(', '),
    retries, backoff, 'when it fails': onError, each,
  })
}

const deepest = 4

function fields(part: string, from: Json | undefined, to: Json | undefined, path: string[] = []): Difference[] {
  if (jsonEqual(from ?? null, to ?? null) && (from === undefined) === (to === undefined)) return []
  if (isRecord(from) && isRecord(to) && path.length < deepest) {
    return [...new Set([...Object.keys(from), ...Object.keys(to)])].sort().flatMap((key) => fields(part, own(from, key), own(to, key), [...path, key]))
  }
  if (Array.isArray(from) && Array.isArray(to) && path.length < deepest && from.length === to.length) {
    return from.flatMap((item, i) => fields(part, item, to[i], [...path, String(i + 1)]))
  }
  return [{
    change: from === undefined ? 'added' : to === undefined ? 'removed' : 'changed', part, ...(path.length === 0 ? {} : { field: path.join('.') }),
    ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }),
  }]
}

const isRecord = (value: Json | undefined): value is Record<string, Json> => typeof value === 'object' && value !== null && !Array.isArray(value)
const own = (record: Record<string, Json>, key: string): Json | undefined => (Object.hasOwn(record, key) ? record[key] : undefined)
const plain = (value: unknown): Json => (value === undefined ? undefined : JSON.parse(canonicalJson(JSON.parse(JSON.stringify(value))))) as Json
