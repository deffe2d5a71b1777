/** A test of a drawing, or of a part of it, as the functions the engine is to run. Pure. */
import type { Json } from '#base/json.ts'
import { canonicalJson } from '#base/json.ts'
import type { Catalog } from '#graph/compile/catalog.ts'
import type { Diagnostic } from '#graph/compile/diagnostics.ts'
import { compile } from '#graph/compile/index.ts'
import { sha256 } from '#graph/compile/sha256.ts'
import type { FunctionDefinition, Trial } from '#graph/definition.ts'
import type { GraphDocument } from '#graph/document.ts'
import { cutDrawing, type Cut, type Part } from '#graph/trial/cut.ts'
import { giveOutputs, type GivenFunction, type GivenStep, type Place } from '#graph/trial/give.ts'
import { stepDefinition } from '#steps/definitions.ts'

export interface TrialOptions {
  revision: number
  /** Absent: the whole drawing. */
  part?: Part
  outside: 'real' | 'stubbed'
  /** Last real outputs by step node id. */
  earlier: Record<string, Json>
  examples: boolean
  /** What a part sends starts the draft's functions; absent, it is stored and starts nobody. */
  reachDraft?: boolean
}

export interface TrialPlan {
  functions: FunctionDefinition[]
  /** The function a part is of; null for the whole drawing. */
  target: FunctionDefinition | null
  given: GivenStep[]
  missing: GivenFunction['missing']
  turned: string[]
  /** Of the whole drawing; for a part, of its function. */
  diagnostics: Diagnostic[]
  /** Nothing is given or cut: these are the draft's functions as they are. */
  plain: boolean
}

/** Null when the part is not drawn. With errors among the diagnostics, the functions they are in are missing. */
export function planTrial(document: GraphDocument, catalog: Catalog, options: TrialOptions): TrialPlan | null {
  const cut = options.part === undefined ? null : cutDrawing(document, options.part)
  if (options.part !== undefined && cut === null) return null
  const compiled = compile(cut?.document ?? document, catalog)
  const own = new Set(compiled.functions.map((one) => one.slug))
  const pinned = (id: string): Json | undefined => {
    const node = document.nodes[id]
    return node?.type === 'step' ? node.pinned : undefined
  }
  const give = { pinned, earlier: (id: string) => (Object.hasOwn(options.earlier, id) ? options.earlier[id] : undefined), stubbed: options.outside === 'stubbed', examples: options.examples, own }
  const done = compiled.functions.map((definition) => giveOutputs(definition, placeIn(definition, cut), give))
  const given = done.flatMap((one) => one.given)
  const plain = cut === null && given.length === 0 && options.outside === 'real'
  const trial: Trial = { revision: options.revision, part: partText(cut, options, given), reach: reachOf(options) }
  const functions = done.map(({ definition }) => (plain ? definition : marked(definition, trial, definition.nodeId === cut?.frame.id ? options.part!.mode : null)))
  const target = cut === null ? null : functions.find((one) => one.nodeId === cut.frame.id) ?? null
  return {
    functions: target === null || trial.reach !== 'nobody' ? functions : calledFrom(target, functions), given, plain, target,
    missing: done.flatMap((one) => one.missing), turned: done.flatMap((one) => one.turned),
    diagnostics: cut === null ? compiled.diagnostics : compiled.diagnostics.filter((one) => isOf(one, cut)),
  }
}

/** The function itself and those that its steps call, and so on: all that such a test can start. */
function calledFrom(target: FunctionDefinition, functions: FunctionDefinition[]): FunctionDefinition[] {
  const bySlug = new Map(functions.map((one) => [one.slug, one]))
  const found = new Set([target])
  for (const { steps } of found) {
    for (const step of steps) {
      const called = step.given === undefined ? bySlug.get(stepDefinition(step.kind).calls?.(step.config) ?? '') : undefined
      if (called !== undefined) found.add(called)
    }
  }
  return functions.filter((one) => found.has(one))
}

function placeIn(definition: FunctionDefinition, cut: Cut | null): Place {
  return cut === null || definition.nodeId !== cut.frame.id ? { here: null, before: new Set() } : { here: cut.here?.id ?? null, before: cut.before }
}

/** Of the function that is tested: its frame, its steps, what starts it. */
function isOf({ nodeId }: Diagnostic, { document, frame }: Cut): boolean {
  const node = document.nodes[nodeId]
  if (nodeId === frame.id || (node?.type === 'step' && node.parent === frame.id)) return true
  return Object.values(document.edges).some((edge) => edge.type === 'subscription' && edge.source === nodeId && edge.target === frame.id)
}

/** A test that makes no calls must not make others make them. */
function reachOf({ part, outside, reachDraft }: TrialOptions): Trial['reach'] {
  if (part === undefined) return outside === 'stubbed' ? 'draft' : 'all'
  return reachDraft === true ? 'draft' : 'nobody'
}

function partText(cut: Cut | null, { part, outside }: TrialOptions, given: GivenStep[]): string {
  const words: string[] = []
  if (cut !== null) words.push(part!.mode === 'from' ? `from ${cut.here!.name}` : `only ${cut.here?.name ?? cut.frame.slug}`)
  else if (given.some((one) => one.as === 'pinned')) words.push('pinned outputs')
  if (outside === 'stubbed') words.push('outside calls stubbed')
  return words.join(', ')
}

/** A part does not stand in line; a single step fails at once, so that whoever tries it sees why. */
function marked(definition: FunctionDefinition, trial: Trial, mode: Part['mode'] | null): FunctionDefinition {
  const { concurrency, concurrency2, flow, hash: _, ...rest } = definition
  const limits = mode === 'step' || mode === 'from' ? {} : { ...(concurrency && { concurrency }), ...(concurrency2 && { concurrency2 }), ...(flow && { flow }) }
  const steps = mode === 'step' ? rest.steps.map(({ retries: _retries, backoff: _backoff, ...step }) => step) : rest.steps
  const whole = { ...rest, ...limits, ...(mode === 'step' ? { retries: 0 } : {}), steps, trial }
  return { ...whole, hash: sha256(canonicalJson(whole)) }
}
