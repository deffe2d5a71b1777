/** Which way out of a step goes on without it, and which steps nothing leads to any more once it is gone. Pure. */
import type { GraphDocument, OrderEdge, StepNode } from '#graph/document.ts'
import { kindPorts } from '#graph/ports.ts'

/**
 * Of its lines, those that what came before a step is joined by when it goes: the ones of its first way out, of a
 * condition those of the first way that has one. What handled its failure, a refusal or the lateness of something
 * would run after every success otherwise.
 */
export function linesOn(step: StepNode, outgoing: readonly OrderEdge[]): OrderEdge[] {
  const ports = kindPorts(step).map((port) => port.id)
  const way = step.kind === 'condition' ? ports.find((port) => outgoing.some((edge) => edge.port === port)) : ports[0]
  return outgoing.filter((edge) => edge.port === way)
}

/**
 * Steps that a line led to and none does now that `gone` are out of their function: they would start at once. Not those
 * that follow a removed first step, whose place they take.
 */
export function leftLoose(before: GraphDocument, after: GraphDocument, gone: ReadonlySet<string>): StepNode[] {
  const was = ordersOf(before)
  const led = new Set(was.map((edge) => edge.target))
  const leads = new Set(ordersOf(after).map((edge) => edge.target))
  const first = new Set<string>([...gone].filter((id) => !led.has(id)))
  for (const id of first) {
    const step = before.nodes[id]
    if (step?.type !== 'step' || !gone.has(id)) continue
    for (const { target } of linesOn(step, was.filter((edge) => edge.source === id))) first.add(target)
  }
  return Object.values(after.nodes).filter((node): node is StepNode => node.type === 'step' && !gone.has(node.id) && led.has(node.id) && !leads.has(node.id) && !first.has(node.id))
}

const ordersOf = (document: GraphDocument): OrderEdge[] => Object.values(document.edges).filter((edge) => edge.type === 'order')
