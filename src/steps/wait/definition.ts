import { z } from 'zod'
import { brief, durationField, eventNameField, field } from '#steps/field.ts'
import type { StepKindDefinition } from '#steps/kind.ts'

const segment = /^[A-Za-z_$][\w$-]*(\.[A-Za-z_$][\w$-]*|\[\d+\])*$/

/** The keys of "Same value in both", below either event: also where one of them is named. */
export const matchKeys = (match: string): string[] => match.replace(/^(?:event|async)\./, '').split(/\.|\[|\]/).filter((key) => key !== '')

const config = z.object({
  event: eventNameField({ label: 'Event', placeholder: 'invoice/paid' }, 'Say which event to wait for.'),
  match: z.string().max(200).default('').superRefine((text, context) => {
    if (text !== '' && !segment.test(text)) {
      context.addIssue({ code: 'custom', message: `"${text}" is not a path. Write one such as data.orderId.` })
    }
  }).meta(field({ label: 'Same value in both', control: 'same-value', placeholder: 'data.orderId', help: 'A path that must be equal in the event that started the run and the one that arrives.' })),
  condition: z.string().max(2000).default('').meta(field({
    label: 'Only if', expr: 'cel', placeholder: 'async.data.amount >= event.data.amount', help: 'event started this run, async is the one that arrives. As text, it is CEL.',
  })),
  timeout: durationField({ label: 'Wait at most', initial: '7d', minMs: 1000, maxMs: 366 * 86_400_000 }),
  lookBack: z.boolean().default(true).meta(field({ label: 'Also take one that came since the run began' })),
})

export type WaitConfig = z.infer<typeof config>

export const waitDefinition: StepKindDefinition<WaitConfig> = {
  kind: 'wait',
  label: 'Wait for event',
  blurb: 'Pauses until a matching event arrives, or a time limit.',
  icon: 'IconEar',
  group: 'flow',
  config,
  initial: () => ({ event: '', match: '', condition: '', timeout: '7d', lookBack: true }),
  ports: () => [{ id: 'out', label: 'arrived' }, { id: 'timeout', label: 'too late' }],
  describe: (c) => brief(c.event) || 'An event',
  effect: 'none',
  timeoutMs: () => 30_000,
  recordsInput: false,
  waitsFor: (c) => c.event?.trim() || null,
  example: (c, port) => (port === 'timeout' ? null : { id: 'evt_example', name: c.event, data: {}, ts: 0 }),
  exit: (output) => (output === null ? 'timeout' : 'out'),
}
