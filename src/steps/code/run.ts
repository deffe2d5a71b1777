import type { CodeConfig } from '#steps/code/definition.ts'
import { durationOr } from '#steps/field.ts'
import type { StepRun } from '#steps/kind.ts'

export const runCode: StepRun<CodeConfig> = async ({ config, scope, services }) => {
  const output = await services.runCode(config.code, scope, { timeoutMs: durationOr(config.timeout, 10_000), memoryMb: config.memoryMb })
  return { type: 'done', output }
}
