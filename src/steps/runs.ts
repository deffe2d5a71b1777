/** Registry: step kind → what it does. Engine only; adding a kind is one line here. */
import type { StepKind, StepRun } from '#steps/kind.ts'
import { runApproval } from '#steps/approval/run.ts'
import { runCode } from '#steps/code/run.ts'
import { runCondition } from '#steps/condition/run.ts'
import { runEmit } from '#steps/emit/run.ts'
import { runEmitEach } from '#steps/emit-each/run.ts'
import { runGather } from '#steps/gather/run.ts'
import { runHttp } from '#steps/http/run.ts'
import { runInvoke } from '#steps/invoke/run.ts'
import { runMail } from '#steps/mail/run.ts'
import { runSignal } from '#steps/signal/run.ts'
import { runSleep } from '#steps/sleep/run.ts'
import { runTransform } from '#steps/transform/run.ts'
import { runWait } from '#steps/wait/run.ts'

export const stepRuns = {
  http: runHttp,
  mail: runMail,
  transform: runTransform,
  code: runCode,
  condition: runCondition,
  sleep: runSleep,
  wait: runWait,
  invoke: runInvoke,
  emit: runEmit,
  'emit-each': runEmitEach,
  gather: runGather,
  approval: runApproval,
  signal: runSignal,
} satisfies Record<StepKind, StepRun>

/** What a kind does. */
export function stepRun(kind: StepKind): StepRun {
  return stepRuns[kind]
}
