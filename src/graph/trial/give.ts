/**
 * Turns compiled functions into what a test runs: a step whose output is given is replaced by one that
 * answers it at once. The engine then runs the result like any other function. Pure: the browser asks it
 * the same questions before a test that the server asks when it starts one.
 */
import { isJsonObject, type Json } from '#base/json.ts'
import type { FunctionDefinition, Given, StepDefinition } from '#graph/definition.ts'
import { stepsReadBy } from '#graph/trial/reads.ts'
import { exitsOf, passed, wayTo } from '#graph/trial/ways.ts'
import { stepDefinition } from '#steps/definitions.ts'

export interface GiveOptions {
  /** By step node id. */
  pinned(nodeId: string): Json | undefined
  /** Its last real output. */
  earlier(nodeId: string): Json | undefined
  /** Calls to the outside are not made. */
  stubbed: boolean
  /** Stands in for outputs that nobody knows. False: they are reported as missing. */
  examples: boolean
  /** Slugs of the functions that are tested; a call of another one is a call to the outside. */
  own: ReadonlySet<string>
}

/** The tested part of its function, by step node ids. */
export interface Place {
  /** Null: the whole function runs. */
  here: string | null
  before: ReadonlySet<string>
}

export interface GivenStep {
  function: string
  key: string
  nodeId: string
  name: string
  as: Given['as']
}

export interface GivenFunction {
  definition: FunctionDefinition
  given: GivenStep[]
  /** Outputs that what runs reads and nobody knows. */
  missing: { key: string; nodeId: string; name: string }[]
  /** Keys of steps that leave by another way than their output says, since only that leads to the tested step. */
  turned: string[]
}

/** Whom outside a step calls, in words; null when nobody. */
export function reachesOutside(step: Pick<StepDefinition, 'kind' | 'config'>): string | null {
  try {
    return stepDefinition(step.kind).reaches?.(step.config) ?? null
  } catch {
    return null
  }
}

export function giveOutputs(definition: FunctionDefinition, place: Place, options: GiveOptions): GivenFunction {
  const isBefore = (step: StepDefinition): boolean => place.before.has(step.nodeId)
  const known = new Map<string, Given>()
  for (const step of definition.steps) {
    const given = isBefore(step) ? givenBefore(step, options) : step.nodeId === place.here ? stub(step, options) : givenAnyway(step, options)
    if (given !== null) known.set(step.id, given)
  }
  giveGathers(definition, place, options, known)
  // What is before and not known leaves by its first way out until something says otherwise.
  for (const step of definition.steps) if (isBefore(step) && !known.has(step.id)) known.set(step.id, example(step, exitsOf(step)[0] ?? 'out'))
  const turned = leadHere(definition, place, known)
  const missing = options.examples ? [] : missingOutputs(definition, isBefore, known)
  const steps = definition.steps.map((step) => replaced(step, known.get(step.id)))
  return {
    definition: { ...definition, steps }, missing, turned,
    given: definition.steps.flatMap((step) => {
      const as = known.get(step.id)?.as
      return as === undefined ? [] : [{ function: definition.slug, key: step.id, nodeId: step.nodeId, name: step.name, as }]
    }),
  }
}

function givenBefore(step: StepDefinition, options: GiveOptions): Given | null {
  const pinned = options.pinned(step.nodeId)
  if (pinned !== undefined) return answer(step, pinned, 'pinned')
  const earlier = options.earlier(step.nodeId)
  return earlier === undefined ? null : answer(step, earlier, 'earlier')
}

/** Of a step that would run. */
function givenAnyway(step: StepDefinition, options: GiveOptions): Given | null {
  const pinned = options.pinned(step.nodeId)
  return pinned === undefined ? stub(step, options) : answer(step, pinned, 'pinned')
}

/** The answer of a call to the outside that is not made. */
function stub(step: StepDefinition, options: GiveOptions): Given | null {
  if (!options.stubbed) return null
  const called = stepDefinition(step.kind).calls?.(step.config) ?? null
  if (reachesOutside(step) === null && (called === null || options.own.has(called))) return null
  const known = options.pinned(step.nodeId) ?? options.earlier(step.nodeId)
  return known === undefined ? { ...example(step, exitsOf(step)[0] ?? 'out'), as: 'stubbed' } : answer(step, known, 'stubbed')
}

/** The fan-out of a step that is not run has nothing to gather. */
function giveGathers(definition: FunctionDefinition, place: Place, options: GiveOptions, known: Map<string, Given>): void {
  for (const step of definition.steps) {
    if (step.kind !== 'gather' || known.has(step.id) || step.nodeId === place.here) continue
    const source = definition.steps.find((other) => other.id === String(step.config['of'] ?? '').trim())
    if (source === undefined || !(known.has(source.id) || place.before.has(source.nodeId))) continue
    known.set(step.id, givenBefore(step, options) ?? example(step, 'out'))
  }
}

function answer(step: StepDefinition, output: Json, as: Given['as']): Given {
  const exits = exitsOf(step)
  const said = exitSaid(step, output)
  return { output, port: said !== null && exits.includes(said) ? said : exits[0] ?? 'out', as }
}

/** The way out that an output tells of. */
function exitSaid(step: StepDefinition, output: Json): string | null {
  if (step.onError === 'branch' && isJsonObject(output) && Object.keys(output).length === 1 && isJsonObject(output['error'])) return 'error'
  return stepDefinition(step.kind).exit?.(output, step.config) ?? null
}

/** A made-up output for a way out. */
function example(step: StepDefinition, port: string): Given {
  if (port === 'error') return { output: { error: { code: 'step_refused', message: 'An example of a failure.' } }, port, as: 'example' }
  try {
    const one = stepDefinition(step.kind).example?.(step.config, port) ?? null
    return { output: step.each === undefined ? one : [one], port, as: 'example' }
  } catch {
    return { output: null, port, as: 'example' }
  }
}

/** The tested step runs, whatever way the steps before it took: their ways out are turned towards it where they must. Answers whose were turned. */
function leadHere({ steps }: FunctionDefinition, place: Place, known: Map<string, Given>): string[] {
  const here = steps.find((step) => step.nodeId === place.here)
  if (here === undefined) return []
  const ports = new Map([...known].map(([id, given]) => [id, given.port]))
  if (passed(steps, ports).has(here.id)) return []
  const turned: string[] = []
  for (const [id, port] of wayTo(steps, here.id)) {
    const given = known.get(id)
    if (given === undefined || given.port === port) continue
    const step = steps.find((one) => one.id === id)!
    const told = given.as !== 'example' && exitSaid(step, given.output) !== null
    if (told) turned.push(id)
    // An output that tells of another way would mislead whoever reads it.
    known.set(id, told || given.as === 'example' || port === 'error' ? example(step, port) : { ...given, port })
  }
  return turned
}

function missingOutputs({ steps }: FunctionDefinition, isBefore: (step: StepDefinition) => boolean, known: ReadonlyMap<string, Given>): GivenFunction['missing'] {
  const there = passed(steps, new Map([...known].map(([id, given]) => [id, given.port])))
  const read = steps.filter((step) => !known.has(step.id)).map(stepsReadBy)
  const isRead = (id: string): boolean => read.some((keys) => keys === 'all' || keys.has(id))
  return steps
    .filter((step) => isBefore(step) && there.has(step.id) && known.get(step.id)?.as === 'example' && isRead(step.id))
    .map((step) => ({ key: step.id, nodeId: step.nodeId, name: step.name }))
}

/** What its settings said about running it has no meaning any more. */
function replaced(step: StepDefinition, given: Given | undefined): StepDefinition {
  if (given === undefined) return step
  const { id, nodeId, name, kind, config, after } = step
  return { id, nodeId, name, kind, config, after, given }
}
