import { z } from 'zod'
import { brief, eventNameField, field, optionalText, outPort, required, startsField } from '#steps/field.ts'
import type { StepKindDefinition } from '#steps/kind.ts'

const scope = ['item', 'index']

const config = z.object({
  items: required('Say which list to send.', {
    label: 'List', expr: 'template', wants: 'list', placeholder: '{{ steps.fetch_users.body }}', help: 'One event is sent for each item, however many there are.',
  }, 4000).refine((text) => text.trim() === '' || /^\s*\{\{[^]*\}\}\s*$/.test(text), 'The list is not an expression. Write one {{ }} that gives it, such as {{ event.data.items }}.'),
  event: eventNameField({ label: 'Event', placeholder: 'digest/weekly.send' }, 'Name the event to send for each item.'),
  data: z.string().max(200_000).default('{{ item }}').meta(field({
    label: 'Data', expr: 'json', control: 'json', scope, placeholder: '{ "userId": "{{ item.id }}" }', help: 'item is the current one, index its place from 0.',
  })),
  id: optionalText({ label: 'Id', expr: 'template', scope, help: 'Optional. The same id within 24 hours is stored once.', placeholder: '{{ item.id }}' }, 2000),
  starts: startsField({ scope, placeholder: '{{ item.dueAt }}' }),
  canary: z.number({ error: 'Give a whole number of items, 0 for all at once.' }).int('Give a whole number of items.').min(0, 'The least is 0: all at once.').max(100_000, 'The most is 100,000.').optional().meta(field({
    label: 'Send the first, then wait', help: 'So many items go first; the others follow once their runs have completed. 0 = all at once.',
  })),
  stopAbove: z.number({ error: 'Give a share in %, 0 for never.' }).min(0, 'The least is 0: never.').max(99, 'The most is 99 %.').optional().meta(field({
    label: 'Stop above % failed', help: 'The fan-out stops by itself when more than this share of at least 20 ended runs has failed. 0 = never.',
  })),
})

export type EmitEachConfig = z.infer<typeof config>

export const emitEachDefinition: StepKindDefinition<EmitEachConfig> = {
  kind: 'emit-each',
  label: 'Emit per item',
  blurb: 'Sends one event for each item of a list; each starts its own runs.',
  icon: 'IconArrowsSplit',
  group: 'sends',
  config,
  initial: () => ({ items: '', event: '', data: '{{ item }}', id: '', canary: 0, stopAbove: 0 }),
  ports: () => outPort,
  describe: (c) => brief(c.event) || 'An event per item',
  effect: 'none',
  example: () => ({ count: 0, ids: [] }),
  timeoutMs: () => 300_000,
  recordsInput: false,
  emits: (c) => c.event?.trim() || null,
}
