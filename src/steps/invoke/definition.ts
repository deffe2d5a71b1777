import { z } from 'zod'
import { brief, durationField, field, outPort, required } from '#steps/field.ts'
import type { StepKindDefinition } from '#steps/kind.ts'

const config = z.object({
  function: required('Choose the function to call.', { label: 'Function', control: 'function-slug' }, 80),
  data: z.string().max(200_000).default('{}').meta(field({ label: 'Data', expr: 'json', control: 'json', help: 'The function reads it as event.data.' })),
  timeout: durationField({ label: 'Wait at most', initial: '1h', minMs: 1000, maxMs: 366 * 86_400_000 }),
})

export type InvokeConfig = z.infer<typeof config>

export const invokeDefinition: StepKindDefinition<InvokeConfig> = {
  kind: 'invoke',
  label: 'Invoke function',
  blurb: 'Runs another function and waits for its result.',
  icon: 'IconFunction',
  group: 'flow',
  config,
  initial: () => ({ function: '', data: '{}', timeout: '1h' }),
  ports: () => outPort,
  describe: (c) => brief(c.function) || 'A function',
  effect: 'none',
  timeoutMs: () => 30_000,
  recordsInput: true,
  calls: (c) => c.function?.trim() || null,
}
