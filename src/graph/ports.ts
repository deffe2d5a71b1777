/** Ways out of a step, from its kind. An unfinished config never breaks the drawing. */
import type { StepNode } from '#graph/document.ts'
import { stepDefinition } from '#steps/definitions.ts'
import type { Port } from '#steps/kind.ts'

const single: Port[] = [{ id: 'out', label: '' }]
/** The way out of a failure that has a branch of its own. */
export const errorPort: Port = { id: 'error', label: 'error' }

export function stepPorts(node: StepNode): Port[] {
  return node.onError === 'branch' ? [...kindPorts(node), errorPort] : kindPorts(node)
}

/** Those of its kind, without the way of a failure. */
export function kindPorts(node: StepNode): Port[] {
  try {
    const ports = stepDefinition(node.kind).ports(node.config)
    return ports.length === 0 ? single : ports
  } catch {
    return single
  }
}
