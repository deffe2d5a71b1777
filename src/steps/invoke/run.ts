import { durationOr } from '#steps/field.ts'
import type { InvokeConfig } from '#steps/invoke/definition.ts'
import type { StepRun } from '#steps/kind.ts'
import { asEventData } from '#steps/value.ts'

export const runInvoke: StepRun<InvokeConfig> = ({ config }) => ({
  type: 'invoke',
  function: config.function.trim(),
  data: asEventData(config.data, 'data', 'The data of the call'),
  timeoutMs: durationOr(config.timeout, 3_600_000),
})
