import { FanwiseError } from '#base/errors.ts'
import type { ApprovalConfig } from '#steps/approval/definition.ts'
import { durationOr } from '#steps/field.ts'
import type { StepRun } from '#steps/kind.ts'
import { asText } from '#steps/value.ts'

export const runApproval: StepRun<ApprovalConfig> = ({ config }) => {
  const title = asText(config.title).trim()
  if (title === '') throw new FanwiseError('step_input', 'The question is empty.', { field: 'title', fix: 'Give it a text that is there for every run.' })
  return { type: 'approval', title: title.slice(0, 500), message: asText(config.message).slice(0, 50_000), timeoutMs: durationOr(config.timeout, 3 * 86_400_000) }
}
