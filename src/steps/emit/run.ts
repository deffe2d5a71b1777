import type { EmitConfig } from '#steps/emit/definition.ts'
import type { EmitItem, StepRun } from '#steps/kind.ts'
import { asEventData, asEventId, asStart } from '#steps/value.ts'

export const runEmit: StepRun<EmitConfig> = ({ config }) => {
  const event: EmitItem = { name: config.event, data: asEventData(config.data, 'data') }
  const input = { ...event }
  const id = asEventId(config.id)
  const starts = asStart(config.starts)
  if (id !== undefined) event.id = id
  if (starts !== undefined) event.starts = starts
  return { type: 'emit', events: [event], input: starts === undefined ? input : { ...input, starts: config.starts! } }
}
