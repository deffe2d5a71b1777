/** A frame as the definition that the engine runs where it has no errors, with the hash of its behaviour. */
import { canonicalJson } from '#base/json.ts'
import type { CheckedConfig } from '#graph/compile/check-config.ts'
import { buildFlow, buildLimit } from '#graph/compile/build-flow.ts'
import type { FrameModel } from '#graph/compile/model.ts'
import { sha256 } from '#graph/compile/sha256.ts'
import { sortSteps } from '#graph/compile/topology.ts'
import type { StepNode } from '#graph/document.ts'
import { defaultBackoff, type FunctionDefinition, type StepDefinition, type Trigger } from '#graph/definition.ts'

export function buildDefinition(frame: FrameModel, configs: ReadonlyMap<string, CheckedConfig>): FunctionDefinition {
  const { node } = frame
  const keys = new Map(frame.steps.map((step) => [step.id, step.key]))
  const flow = buildFlow(node)
  const definition: Omit<FunctionDefinition, 'hash'> = {
    slug: node.slug,
    name: node.name?.trim() || node.slug,
    nodeId: node.id,
    triggers: triggersOf(frame),
    retries: node.retries,
    backoff: node.backoff ?? defaultBackoff,
    ...(node.concurrency === undefined ? {} : { concurrency: buildLimit(node.concurrency) }),
    ...(node.concurrency2 === undefined ? {} : { concurrency2: buildLimit(node.concurrency2) }),
    ...(flow === undefined ? {} : { flow }),
    steps: inOrder(frame).map((step): StepDefinition => ({
      id: step.key,
      nodeId: step.id,
      name: step.name,
      kind: step.kind,
      config: configs.get(step.id)?.config ?? step.config,
      after: afterOf(frame, step.id, keys),
      ...(step.retries === undefined ? {} : { retries: step.retries }),
      ...(step.backoff === undefined ? {} : { backoff: step.backoff }),
      ...(step.onError === undefined || step.onError === 'fail' ? {} : { onError: step.onError }),
      ...(step.each === undefined ? {} : { each: { items: step.each.items, concurrency: step.each.concurrency, ...(step.each.onError === 'continue' ? { onError: 'continue' as const } : {}) } }),
    })),
  }
  return { ...definition, hash: behaviourHash(definition) }
}

/** Those on a circle have no order and come last; what runs has none. */
function inOrder(frame: FrameModel): StepNode[] {
  const sorted = sortSteps(frame)
  return [...sorted, ...frame.steps.filter((step) => !sorted.includes(step))]
}

/**
 * What behaves differently hashes differently, and nothing else: names for people, node ids and
 * places on the canvas (which break ties in the order of steps) are left out.
 */
export function behaviourHash(definition: Omit<FunctionDefinition, 'hash'>): string {
  return sha256(canonicalJson({
    slug: definition.slug,
    triggers: definition.triggers.map((trigger) => (trigger.type === 'schedule' ? { type: trigger.type, cron: trigger.cron, timezone: trigger.timezone, missed: trigger.missed } : trigger)).map(canonicalJson).sort(),
    retries: definition.retries,
    backoff: definition.backoff,
    concurrency: definition.concurrency,
    concurrency2: definition.concurrency2,
    flow: definition.flow,
    steps: definition.steps
      .map(({ id, kind, config, after, retries, backoff, onError, each }) => ({ id, kind, config, after, retries, backoff, onError, each }))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
  }))
}

function triggersOf(frame: FrameModel): Trigger[] {
  const triggers = new Map<string, Trigger>()
  for (const { edge, source } of frame.subscriptions) {
    const condition = edge.if?.trim()
    const trigger: Trigger = source.type === 'schedule'
      ? { type: 'schedule', id: source.id, cron: source.cron.trim(), timezone: source.timezone, ...(source.missed === undefined || source.missed === 'last' ? {} : { missed: source.missed }) }
      : { type: 'event', event: source.event, ...(condition ? { if: condition } : {}) }
    triggers.set(canonicalJson(trigger), trigger)
  }
  return [...triggers].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, trigger]) => trigger)
}

function afterOf(frame: FrameModel, stepId: string, keys: Map<string, string>): StepDefinition['after'] {
  const edges = new Map<string, { step: string; port: string }>()
  for (const edge of frame.incoming.get(stepId) ?? []) edges.set(`${keys.get(edge.source)} ${edge.port}`, { step: keys.get(edge.source)!, port: edge.port })
  return [...edges].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, edge]) => edge)
}

