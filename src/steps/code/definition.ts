import { z } from 'zod'
import { durationField, durationOr, field, outPort, required } from '#steps/field.ts'
import type { StepKindDefinition } from '#steps/kind.ts'

const config = z.object({
  code: required('Write the code, ending with return.', {
    label: 'Code', expr: 'code', control: 'code',
    help: 'TypeScript. It reads event, steps, run and env; what it returns is the step’s output. It has no network and no files; console.log shows with the output.',
  }, 100_000),
  timeout: durationField({ label: 'Give up after', initial: '10s', minMs: 10, maxMs: 60_000 }),
  memoryMb: z.number().int().min(8, 'The least is 8 MB.').max(256, 'The most is 256 MB.').default(64).meta(field({ label: 'Memory, MB' })),
})

export type CodeConfig = z.infer<typeof config>

export const codeDefinition: StepKindDefinition<CodeConfig> = {
  kind: 'code',
  label: 'Code',
  blurb: 'Runs TypeScript in a sandbox.',
  icon: 'IconCode',
  group: 'steps',
  config,
  initial: () => ({ code: 'return { received: event.data }\n', timeout: '10s', memoryMb: 64 }),
  ports: () => outPort,
  describe: (c) => {
    const lines = (c.code ?? '').split('\n').filter((line) => line.trim() !== '').length
    return `TypeScript, ${lines} ${lines === 1 ? 'line' : 'lines'}`
  },
  effect: 'none',
  // The code's own limit starts when a sandbox is free; this one includes the queue for it.
  timeoutMs: (c) => durationOr(c.timeout, 10_000) + 300_000,
  recordsInput: false,
}
