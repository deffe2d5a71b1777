import { z } from 'zod'
import { brief, durationField, field, required } from '#steps/field.ts'
import type { StepKindDefinition } from '#steps/kind.ts'

export const gatherLimitMax = 1000

/** A whole number, drawn or computed. */
const wholeNumber = (label: string, initial: string, least: number, max: number, help: string) =>
  z.string().max(2000).default(initial).superRefine((text, context) => {
    if (text.includes('{{')) return
    const value = Number(text)
    if (text.trim() === '' || !Number.isInteger(value) || value < least || value > max) {
      context.addIssue({ code: 'custom', message: `"${text}" is not a whole number ${least === 0 ? 'up' : `from ${least}`} to ${max.toLocaleString('en')}.` })
    }
  }).meta(field({ label, expr: 'template', placeholder: initial, help }))

const config = z.object({
  of: required('Name the step whose results to gather.', { label: 'Results of', control: 'fan-out', placeholder: 'send_digests', help: 'Key of a step before this one that emits per item.' }, 80),
  only: z.enum(['all', 'completed', 'failed']).default('all').meta(field({
    label: 'Which', options: { all: 'All items', completed: 'Only those that completed', failed: 'Only those that failed' },
  })),
  offset: wholeNumber('From item', '0', 0, 100_000_000, 'Where in the list to begin, from 0. An earlier Gather says as next where to go on.'),
  limit: wholeNumber('At most', '100', 1, gatherLimitMax, `Results in the output, at most ${gatherLimitMax.toLocaleString('en')}; the counts always cover all.`),
  timeout: durationField({ label: 'Wait at most', initial: '1d', minMs: 1000, maxMs: 366 * 86_400_000 }),
})

export type GatherConfig = z.infer<typeof config>

export const gatherDefinition: StepKindDefinition<GatherConfig> = {
  kind: 'gather',
  label: 'Gather results',
  blurb: 'Waits until everything an emit per item started has ended, then gives the results.',
  icon: 'IconArrowsJoin',
  group: 'flow',
  config,
  initial: () => ({ of: '', only: 'all', offset: '0', limit: '100', timeout: '1d' }),
  ports: () => [{ id: 'out', label: 'all ended' }, { id: 'timeout', label: 'too late' }],
  describe: (c) => (brief(c.of) === '' ? 'Results of a fan-out' : `Results of ${brief(c.of)}`),
  effect: 'none',
  timeoutMs: () => 60_000,
  recordsInput: false,
  example: () => ({ total: 0, completed: 0, failed: 0, cancelled: 0, items: [], next: null }),
}
