/** What a step reads, and these paths taken out of a run's data: the input of kinds that store none. Pure. */
import type { Json, JsonObject } from '#base/json.ts'
import { expressionFields } from '#expressions/fields.ts'
import { readsOf, type Read } from '#graph/compile/reads.ts'
import type { StepDefinition } from '#graph/definition.ts'
import { stepDefinition } from '#steps/definitions.ts'
import { matchKeys } from '#steps/wait/definition.ts'

/** Null when its texts cannot be read. */
export function readsOfStep(step: StepDefinition): Read[] | null {
  const extra = step.each === undefined ? [] : ['item', 'index']
  try {
    const reads = expressionFields(stepDefinition(step.kind).config, step.config).flatMap((field) => readsOf(field.text, field.kind, [...(field.scope ?? []), ...extra]).references)
    if (step.each !== undefined) reads.push(...readsOf(step.each.items, 'template').references)
    const { match } = step.config
    // The same place of both events, written without their names.
    if (step.kind === 'wait' && typeof match === 'string' && match !== '') reads.push({ root: 'event', path: matchKeys(match), optional: true })
    return reads
  } catch {
    return null
  }
}

/** What is not in the run's data: made anew for each item, arriving later, or nothing to show. */
const elsewhere: ReadonlySet<string> = new Set(['item', 'index', 'async', 'approvals'])

export interface Taken {
  /** The paths at their places: `{ event: { data: { email } } }`. */
  value: JsonObject
  /** Read, and not there. */
  absent: string[]
  /** Read, and never kept with a run. */
  unkept: string[]
}

export function takeReads(reads: readonly Read[], scope: JsonObject): Taken {
  const taken: Taken = { value: {}, absent: [], unkept: [] }
  const wanted = reads.filter(({ root }) => !elsewhere.has(root)).map(({ root, path }) => [root, ...path])
  // What holds others comes first.
  for (const path of wanted.sort((a, b) => a.length - b.length)) {
    const written = path.reduce((text, key) => (/^\d+$/.test(key) ? `${text}[${key}]` : `${text}.${key}`))
    if (path[0] === 'env' || path[0] === 'secrets') note(taken.unkept, written)
    else if (!copyPath(path, scope, taken.value)) note(taken.absent, written)
  }
  return taken
}

function note(list: string[], written: string): void {
  if (!list.includes(written)) list.push(written)
}

/** A list is taken whole: its items would lose their places. False when nothing is there. */
function copyPath(path: readonly string[], from: JsonObject, to: JsonObject): boolean {
  const members = membersAlong(path, from)
  if (members === null) return false
  let target = to
  for (const [depth, member] of members.entries()) {
    const key = path[depth]!
    // It is in there already, with all that is in it.
    if (Object.hasOwn(target, key) && target[key] === member) return true
    if (depth === members.length - 1) target[key] = member
    else target = (target[key] ??= {}) as JsonObject
  }
  return true
}

/** The values at each place of a path, as far as the first list; null when it leads nowhere. */
function membersAlong(path: readonly string[], from: JsonObject): Json[] | null {
  const members: Json[] = []
  let source: Json = from
  for (const key of path) {
    if (typeof source !== 'object' || source === null || key === '__proto__' || !Object.hasOwn(source, key)) return null
    source = (source as JsonObject)[key]!
    members.push(source)
    if (Array.isArray(source)) return members
  }
  return members
}
