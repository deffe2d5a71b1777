import { FanwiseError } from '#base/errors.ts'
import { durationOr } from '#steps/field.ts'
import { gatherLimitMax, type GatherConfig } from '#steps/gather/definition.ts'
import type { StepRun } from '#steps/kind.ts'

export const runGather: StepRun<GatherConfig> = ({ config }) => ({
  type: 'gather',
  step: config.of.trim(),
  only: config.only,
  offset: numberOf(config.offset, 'offset', Number.MAX_SAFE_INTEGER, 0),
  limit: numberOf(config.limit, 'limit', gatherLimitMax, 1),
  timeoutMs: durationOr(config.timeout, 86_400_000),
})

/** A template may give a number or its text. */
function numberOf(value: unknown, name: 'offset' | 'limit', max: number, least: number): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof number === 'number' && Number.isInteger(number) && number >= least && number <= max) return number
  const bounds = max === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${max.toLocaleString('en')}`
  throw new FanwiseError('step_input', `${JSON.stringify(value)} is not a whole number ${bounds}.`, { field: name, fix: name === 'offset' ? 'Give the place to go on from, such as {{ steps.first_page.next }}.' : 'Gather fewer results at once, in pages.' })
}
