import type { EmitConfig } from '#steps/emit/definition.ts'
import type { StepRun } from '#steps/kind.ts'
import { asEventData, asEventId } from '#steps/value.ts'

export const runEmit: StepRun<EmitConfig> = ({ config }) => {
  const data = asEventData(config.data, 'data')
  const id = asEventId(config.id)
  return { type: 'emit', events: [{ name: config.event, data, ...(id === undefined ? {} : { id }) }], input: { name: config.event, data } }
}
