/** Which given steps a run passes, and by which way out each must leave so that it comes to the tested step. Pure. */
import type { StepDefinition } from '#graph/definition.ts'
import { stepDefinition } from '#steps/definitions.ts'

/** Ids of a step's ways out, the error branch included. */
export function exitsOf(step: StepDefinition): string[] {
  const error = step.onError === 'branch' ? ['error'] : []
  try {
    return [...stepDefinition(step.kind).ports(step.config).map((port) => port.id), ...error]
  } catch {
    return ['out', ...error]
  }
}

/**
 * The steps that are passed when each one in `ports` leaves by that way out; a step that is not in there
 * stands for itself: it may leave by any.
 * @param steps in topological order
 */
export function passed(steps: readonly StepDefinition[], ports: ReadonlyMap<string, string>): Set<string> {
  const done = new Set<string>()
  for (const step of steps) {
    const live = step.after.length === 0 || step.after.some((edge) => done.has(edge.step) && (ports.get(edge.step) ?? edge.port) === edge.port)
    if (live) done.add(step.id)
  }
  return done
}

/** The ways out on one way from the beginning to the step: its first line, the first line of that one, and so on. */
export function wayTo(steps: readonly StepDefinition[], id: string): Map<string, string> {
  const byId = new Map(steps.map((step) => [step.id, step]))
  const ports = new Map<string, string>()
  for (let step = byId.get(id); step?.after[0] !== undefined;) {
    const { step: parent, port } = step.after[0]
    if (ports.has(parent)) break
    ports.set(parent, port)
    step = byId.get(parent)
  }
  return ports
}
