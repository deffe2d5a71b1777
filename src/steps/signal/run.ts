import { FanwiseError } from '#base/errors.ts'
import { durationOr } from '#steps/field.ts'
import type { StepRun } from '#steps/kind.ts'
import type { SignalConfig } from '#steps/signal/definition.ts'
import { asText } from '#steps/value.ts'

export const runSignal: StepRun<SignalConfig> = ({ config }) => {
  const signal = asText(config.signal).trim()
  if (signal === '') throw new FanwiseError('step_input', 'The name of the signal is empty.', { field: 'signal', fix: 'Give it a value that is there for every run.' })
  if (signal.length > 256) throw new FanwiseError('step_input', `The name of the signal has ${signal.length} characters; it may have 256.`, { field: 'signal', fix: 'Use a shorter value that is unique for this run.' })
  if (signal.includes('\u0000')) throw new FanwiseError('step_input', 'The name of the signal has a null character (U+0000) in it.', { field: 'signal', fix: 'Use a value without, such as the id of the order.' })
  return { type: 'signal', signal, timeoutMs: durationOr(config.timeout, 86_400_000) }
}
