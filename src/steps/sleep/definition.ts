import { z } from 'zod'
import { formatDuration, parseDuration } from '#base/duration.ts'
import { dateFix, dateMs } from '#steps/date.ts'
import { brief, durationField, field, outPort } from '#steps/field.ts'
import type { StepKindDefinition } from '#steps/kind.ts'

/** A run sleeps at most this long at a time. */
export const maxSleepMs = 366 * 86_400_000

const config = z.object({
  mode: z.enum(['for', 'until']).default('for').meta(field({ label: 'Sleep', control: 'select', options: { for: 'For a while', until: 'Until a date' } })),
  duration: durationField({ label: 'For', initial: '1d', minMs: 0, maxMs: maxSleepMs, template: true, when: { field: 'mode', in: ['for'] }, help: 'Such as 10m, 36h or 14d.' }),
  until: z.string().max(2000).default('').meta(field({
    label: 'Until', expr: 'template', when: { field: 'mode', in: ['until'] }, placeholder: '{{ event.data.trialEndsAt }}', help: 'A date such as 2026-12-24 09:00 (UTC) or 2026-12-24T09:00:00+01:00, or seconds since 1970. One in the past does not wait.',
  })),
}).superRefine((value, context) => {
  if (value.mode !== 'until') return
  const text = value.until.trim()
  if (text === '') context.addIssue({ code: 'custom', path: ['until'], message: 'Give the date to sleep until.' })
  else if (!text.includes('{{') && dateMs(text) === null) {
    context.addIssue({ code: 'custom', path: ['until'], message: `"${text}" is not a date. ${dateFix}` })
  }
})

export type SleepConfig = z.infer<typeof config>

export const sleepDefinition: StepKindDefinition<SleepConfig> = {
  kind: 'sleep',
  label: 'Sleep',
  blurb: 'Pauses the run; it holds nothing while it sleeps.',
  icon: 'IconHourglass',
  group: 'flow',
  config,
  initial: () => ({ mode: 'for', duration: '1h', until: '' }),
  ports: () => outPort,
  describe: (c) => {
    if (c.mode === 'until') return c.until ? `until ${brief(c.until, 34)}` : 'until a date'
    const ms = parseDuration(c.duration ?? '')
    return ms === null ? brief(c.duration) || 'Sleep' : formatDuration(ms)
  },
  effect: 'none',
  timeoutMs: () => 30_000,
  recordsInput: false,
}
