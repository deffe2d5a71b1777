/**
 * Links that names make: which emit step's events arrive at which event node, and which
 * functions react to an event name, here and in other workflows. Derived, never stored.
 */
import type { FunctionDefinition } from '#graph/definition.ts'
import type { GraphDocument, StepNode } from '#graph/document.ts'
import { isUnder } from '#base/event-pattern.ts'
import { stepDefinition } from '#steps/definitions.ts'

export interface DerivedLink {
  stepId: string
  eventNodeId: string
  /** One event per item of a list. */
  perItem: boolean
}

/** True when an event of this name is one that the trigger (a name, or a pattern ending in `/*` or `.*`) takes. */
export function matchesEvent(trigger: string, name: string): boolean {
  if (trigger.endsWith('/*') || trigger.endsWith('.*')) return isUnder(trigger.slice(0, -1), name)
  return trigger === name
}

/** The name a step sends, or null. A half-typed config sends nothing. */
export function emittedEvent(step: StepNode): string | null {
  return ask(step, 'emits')
}

/** The slug of the function a step calls, or null. */
export function calledFunction(step: StepNode): string | null {
  return ask(step, 'calls')
}

/** The event name a step waits for, or null. */
export function awaitedEvent(step: StepNode): string | null {
  return ask(step, 'waitsFor')
}

function ask(step: StepNode, what: 'emits' | 'calls' | 'waitsFor'): string | null {
  try {
    return stepDefinition(step.kind)[what]?.(step.config) || null
  } catch {
    return null
  }
}

/** Emit step → event node, inside one document. */
export function derivedLinks(document: GraphDocument): DerivedLink[] {
  const links: DerivedLink[] = []
  const events = Object.values(document.nodes).filter((node) => node.type === 'event')
  for (const node of Object.values(document.nodes)) {
    if (node.type !== 'step') continue
    const name = emittedEvent(node)
    if (name === null) continue
    for (const event of events) {
      if (event.event !== '' && matchesEvent(event.event, name)) links.push({ stepId: node.id, eventNodeId: event.id, perItem: node.kind === 'emit-each' })
    }
  }
  return links
}

/** A function of another workflow, as publish last saw it. */
export interface ElsewhereFunction {
  slug: string
  /** Slug of its workflow. */
  workflow: string
  /** Names and patterns it reacts to. */
  events: string[]
  /** Names its runs wait for. */
  waits?: string[]
  /** Names and patterns that end its runs. */
  ends?: string[]
  /** Names it sends. */
  emits?: string[]
  /** Slugs it calls. */
  calls?: string[]
  /** Its frame in the drawing of that workflow. */
  nodeId?: string
}

/** The names by which a function is bound to others. */
export function namesIn({ triggers, steps, flow }: FunctionDefinition): Required<Pick<ElsewhereFunction, 'events' | 'waits' | 'ends' | 'emits' | 'calls'>> {
  const said = (what: 'emits' | 'calls' | 'waitsFor'): string[] => steps.flatMap((step) => stepDefinition(step.kind)[what]?.(step.config) ?? [])
  return {
    events: triggers.flatMap((trigger) => (trigger.type === 'event' ? [trigger.event] : [])),
    waits: said('waitsFor'), ends: (flow?.cancelOn ?? []).map(({ event }) => event), emits: said('emits'), calls: said('calls'),
  }
}

/** Functions of other workflows that react to an event name or pattern of this one. */
export function reactionsElsewhere(event: string, elsewhere: readonly ElsewhereFunction[]): ElsewhereFunction[] {
  return elsewhere.filter((one) => one.events.some((trigger) => matchesEvent(trigger, event) || matchesEvent(event, trigger)))
}

/** Functions of other workflows that send an event this name or pattern takes. */
export function sendersElsewhere(event: string, elsewhere: readonly ElsewhereFunction[]): ElsewhereFunction[] {
  return elsewhere.filter((one) => (one.emits ?? []).some((name) => matchesEvent(event, name)))
}
