import { parseDuration } from '#base/duration.ts'
import { FanwiseError } from '#base/errors.ts'
import type { Json } from '#base/json.ts'
import { kindOf } from '#expressions/problem.ts'
import { dateFix, dateMs } from '#steps/date.ts'
import { durationProblem } from '#steps/field.ts'
import type { StepRun } from '#steps/kind.ts'
import type { SleepConfig } from '#steps/sleep/definition.ts'
import { maxSleepMs } from '#steps/sleep/definition.ts'
import { inWords } from '#steps/value.ts'

export const runSleep: StepRun<SleepConfig> = ({ config }) => {
  if (config.mode === 'until') return { type: 'sleep-until', at: dateOf(config.until) }
  const text: Json = config.duration
  const problem = typeof text === 'string' ? durationProblem(text, 0, maxSleepMs) : `The duration is ${kindOf(text)}, not one such as 30s or 5m.`
  if (problem !== null) throw new FanwiseError('step_input', problem, { field: 'duration', fix: 'Give text with a unit, such as "{{ event.data.minutes }}m".' })
  return { type: 'sleep', ms: parseDuration(text as string)! }
}

function dateOf(value: Json): string {
  const ms = dateMs(value)
  if (ms !== null) return new Date(ms).toISOString()
  throw new FanwiseError('step_input', `The date to sleep until is ${inWords(value)}, which is not a date.`, { field: 'until', fix: dateFix })
}
