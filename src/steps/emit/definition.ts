import { z } from 'zod'
import { brief, eventNameField, field, optionalText, outPort, startsField } from '#steps/field.ts'
import type { StepKindDefinition } from '#steps/kind.ts'

const config = z.object({
  event: eventNameField({ label: 'Event', placeholder: 'order/confirmed' }, 'Name the event to send.'),
  data: z.string().max(200_000).default('{}').meta(field({
    label: 'Data', expr: 'json', control: 'json', placeholder: '{ "orderId": "{{ event.data.orderId }}" }',
  })),
  id: optionalText({ label: 'Id', expr: 'template', help: 'Optional. The same id within 24 hours is stored once.', placeholder: '{{ event.data.orderId }}' }, 2000),
  starts: startsField({ placeholder: '{{ event.data.dueAt }}' }),
})

export type EmitConfig = z.infer<typeof config>

export const emitDefinition: StepKindDefinition<EmitConfig> = {
  kind: 'emit',
  label: 'Emit event',
  blurb: 'Sends an event; every function that reacts gets its own run.',
  icon: 'IconSend',
  group: 'sends',
  config,
  initial: () => ({ event: '', data: '{}', id: '' }),
  ports: () => outPort,
  describe: (c) => brief(c.event) || 'An event',
  effect: 'none',
  example: () => ({ count: 0, ids: [] }),
  timeoutMs: () => 30_000,
  recordsInput: true,
  emits: (c) => c.event?.trim() || null,
}
