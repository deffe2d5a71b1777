/** Registry: step kind → definition. Browser and server; adding a kind is one line here. */
import type { StepKind, StepKindDefinition } from '#steps/kind.ts'
import { approvalDefinition } from '#steps/approval/definition.ts'
import { codeDefinition } from '#steps/code/definition.ts'
import { conditionDefinition } from '#steps/condition/definition.ts'
import { emitDefinition } from '#steps/emit/definition.ts'
import { emitEachDefinition } from '#steps/emit-each/definition.ts'
import { gatherDefinition } from '#steps/gather/definition.ts'
import { httpDefinition } from '#steps/http/definition.ts'
import { invokeDefinition } from '#steps/invoke/definition.ts'
import { mailDefinition } from '#steps/mail/definition.ts'
import { signalDefinition } from '#steps/signal/definition.ts'
import { sleepDefinition } from '#steps/sleep/definition.ts'
import { transformDefinition } from '#steps/transform/definition.ts'
import { waitDefinition } from '#steps/wait/definition.ts'

export const stepDefinitions = {
  http: httpDefinition,
  mail: mailDefinition,
  transform: transformDefinition,
  code: codeDefinition,
  condition: conditionDefinition,
  sleep: sleepDefinition,
  wait: waitDefinition,
  invoke: invokeDefinition,
  emit: emitDefinition,
  'emit-each': emitEachDefinition,
  gather: gatherDefinition,
  approval: approvalDefinition,
  signal: signalDefinition,
} satisfies Record<StepKind, StepKindDefinition>

/** The definition of a kind. */
export function stepDefinition(kind: StepKind): StepKindDefinition {
  return stepDefinitions[kind]
}
