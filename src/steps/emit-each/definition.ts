import { z } from 'zod'
import { brief, eventNameField, field, optionalText, outPort, required } from '#steps/field.ts'
import type { StepKindDefinition } from '#steps/kind.ts'

const scope = ['item', 'index']

const config = z.object({
  items: required('Say which list to send.', {
    label: 'List', expr: 'template', placeholder: '{{ steps.fetch_users.body }}', help: 'One event is sent for each item, however many there are.',
  }, 4000).refine((text) => text.trim() === '' || /^\s*\{\{[^]*\}\}\s*$/.test(text), 'The list is not an expression. Write one {{ }} that gives it, such as {{ event.data.items }}.'),
  event: eventNameField({ label: 'Event', placeholder: 'digest/weekly.send' }, 'Name the event to send for each item.'),
  data: z.string().max(200_000).default('{{ item }}').meta(field({
    label: 'Data', expr: 'json', control: 'json', scope, placeholder: '{ "userId": "{{ item.id }}" }', help: 'item is the current one, index its place from 0.',
  })),
  id: optionalText({ label: 'Id', expr: 'template', scope, help: 'Optional. The same id within 24 hours is stored once.', placeholder: '{{ item.id }}' }, 2000),
})

export type EmitEachConfig = z.infer<typeof config>

export const emitEachDefinition: StepKindDefinition<EmitEachConfig> = {
  kind: 'emit-each',
  label: 'Emit per item',
  blurb: 'Sends one event for each item of a list; each starts its own runs.',
  icon: 'IconArrowsSplit',
  group: 'sends',
  config,
  initial: () => ({ items: '', event: '', data: '{{ item }}', id: '' }),
  ports: () => outPort,
  describe: (c) => brief(c.event) || 'An event per item',
  effect: 'none',
  timeoutMs: () => 300_000,
  recordsInput: false,
  emits: (c) => c.event?.trim() || null,
}
