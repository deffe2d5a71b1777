import { z } from 'zod'
import { isJsonObject } from '#base/json.ts'
import { brief, durationField, optionalText, required } from '#steps/field.ts'
import type { StepKindDefinition } from '#steps/kind.ts'

const config = z.object({
  title: required('Say what is to be decided.', { label: 'Question', expr: 'template', placeholder: 'Refund {{ event.data.amount }} € to {{ event.data.email }}?' }, 300),
  message: optionalText({ label: 'Details', expr: 'template', control: 'multiline', help: 'What the person needs to know to decide. A step before this one can send the link: approvals.<key of this step>.' }, 20_000),
  timeout: durationField({ label: 'Wait at most', initial: '3d', minMs: 1000, maxMs: 366 * 86_400_000 }),
})

export type ApprovalConfig = z.infer<typeof config>

export const approvalDefinition: StepKindDefinition<ApprovalConfig> = {
  kind: 'approval',
  label: 'Ask for approval',
  blurb: 'Waits until a person approves or rejects, by a link or on the run page.',
  icon: 'IconUserCheck',
  group: 'flow',
  config,
  initial: () => ({ title: '', message: '', timeout: '3d' }),
  ports: () => [{ id: 'approved', label: 'approved' }, { id: 'rejected', label: 'rejected' }, { id: 'timeout', label: 'too late' }],
  describe: (c) => brief(c.title) || 'A person decides',
  effect: 'none',
  timeoutMs: () => 30_000,
  recordsInput: true,
  example: (_, port) => ({ decision: port === 'rejected' || port === 'timeout' ? port : 'approved', comment: '', by: null, at: null }),
  exit: (output) => {
    const decision = isJsonObject(output) ? output['decision'] : undefined
    return decision === 'approved' || decision === 'rejected' || decision === 'timeout' ? decision : null
  },
}
