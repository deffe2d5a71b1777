/**
 * Document → what the engine runs, and what is wrong with it. Pure, synchronous and
 * deterministic: browser and server get the same answer. Never throws, whatever is drawn.
 * A function with an error is not returned; findings name node, field and remedy.
 */
import { withDefaults } from '#expressions/fields.ts'
import { buildDefinition } from '#graph/compile/build.ts'
import type { Catalog } from '#graph/compile/catalog.ts'
import { checkConfig, type CheckedConfig } from '#graph/compile/check-config.ts'
import { checkEach } from '#graph/compile/check-each.ts'
import { checkFlow } from '#graph/compile/check-flow.ts'
import { checkFunctions } from '#graph/compile/check-functions.ts'
import { checkGather } from '#graph/compile/check-gather.ts'
import { checkNames } from '#graph/compile/check-names.ts'
import { checkOrder } from '#graph/compile/check-order.ts'
import { checkReferences } from '#graph/compile/check-references.ts'
import { checkSends } from '#graph/compile/check-sends.ts'
import { checkSources } from '#graph/compile/check-sources.ts'
import { checkConnections, checkDrawnSecrets } from '#graph/compile/check-values.ts'
import type { Diagnostic } from '#graph/compile/diagnostics.ts'
import { collectFindings, readModel, type FrameModel, type Model } from '#graph/compile/model.ts'
import { webhookSources, type WebhookSource } from '#graph/compile/sources.ts'
import type { FunctionDefinition } from '#graph/definition.ts'
import type { GraphDocument } from '#graph/document.ts'
import { stepDefinition } from '#steps/definitions.ts'

export interface Compiled {
  functions: FunctionDefinition[]
  sources: WebhookSource[]
  diagnostics: Diagnostic[]
}

export function compile(document: GraphDocument, catalog: Catalog): Compiled {
  const { model, configs, list } = check(document, catalog)
  const broken = brokenFrames(model, list)
  return {
    functions: model.frames.filter((frame) => !broken.has(frame.node.id)).map((frame) => buildDefinition(frame, configs)),
    sources: webhookSources(document),
    diagnostics: list,
  }
}

/** Every function as it is drawn, those with an error too: to compare, not to run. */
export function asDrawn(document: GraphDocument, catalog: Catalog): FunctionDefinition[] {
  const { model, configs } = check(document, catalog)
  for (const { steps } of model.frames) {
    for (const step of steps) {
      const checked = configs.get(step.id)!
      configs.set(step.id, { ...checked, config: withDefaults(stepDefinition(step.kind).config, checked.config) })
    }
  }
  return model.frames.map((frame) => buildDefinition(frame, configs))
}

function check(document: GraphDocument, catalog: Catalog): { model: Model; configs: Map<string, CheckedConfig>; list: Diagnostic[] } {
  const model = readModel(document, catalog)
  const findings = collectFindings()
  checkNames(model, findings)
  checkSources(model, findings)
  checkFunctions(model, findings)
  checkFlow(model, findings)
  checkOrder(model, findings)
  const configs = new Map<string, CheckedConfig>()
  for (const frame of model.frames) {
    for (const step of frame.steps) {
      const checked = checkConfig(frame, step, findings)
      configs.set(step.id, { ...checked, reads: [...checkEach(frame, step, findings), ...checked.reads] })
    }
    checkReferences(frame, catalog, configs, findings)
    checkConnections(frame, catalog, configs, findings)
    checkDrawnSecrets(frame, configs, findings)
    checkGather(frame, findings)
  }
  checkSends(model, findings)
  return { model, configs, list: findings.list }
}

/** Frames that have an error themselves, in a step, or in what starts them. */
function brokenFrames(model: Model, diagnostics: Diagnostic[]): Set<string> {
  const wrong = new Set(diagnostics.filter((one) => one.severity === 'error').map((one) => one.nodeId))
  const isBroken = (frame: FrameModel) => wrong.has(frame.node.id) || frame.steps.some((step) => wrong.has(step.id)) || frame.subscriptions.some(({ source }) => wrong.has(source.id))
  return new Set(model.frames.filter(isBroken).map((frame) => frame.node.id))
}
