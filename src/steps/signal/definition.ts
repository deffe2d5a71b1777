import { z } from 'zod'
import { brief, durationField, required } from '#steps/field.ts'
import type { StepKindDefinition } from '#steps/kind.ts'

const config = z.object({
  signal: required('Name the signal to wait for.', { label: 'Signal', expr: 'template', placeholder: 'payment-{{ event.data.orderId }}', help: 'Sent with POST /api/v1/signals. Only one run waits for a name at a time.' }, 1000),
  timeout: durationField({ label: 'Wait at most', initial: '1d', minMs: 1000, maxMs: 366 * 86_400_000 }),
})

export type SignalConfig = z.infer<typeof config>

export const signalDefinition: StepKindDefinition<SignalConfig> = {
  kind: 'signal',
  label: 'Wait for signal',
  blurb: 'Waits until a program sends the signal of this name, and takes its data.',
  icon: 'IconAntenna',
  group: 'flow',
  config,
  initial: () => ({ signal: '', timeout: '1d' }),
  ports: () => [{ id: 'out', label: 'arrived' }, { id: 'timeout', label: 'too late' }],
  describe: (c) => brief(c.signal) || 'A signal',
  effect: 'none',
  timeoutMs: () => 30_000,
  recordsInput: true,
  example: (_, port) => (port === 'timeout' ? null : {}),
  exit: (output) => (output === null ? 'timeout' : 'out'),
}
