import type { JsonObject } from '#base/json.ts'
import type { StepRun } from '#steps/kind.ts'
import type { TransformConfig } from '#steps/transform/definition.ts'

/** The values are there already: this only gives them their names. */
export const runTransform: StepRun<TransformConfig> = ({ config }) => {
  const output: JsonObject = {}
  for (const { name, value } of config.fields) {
    // Plain assignment would set the prototype for this one name.
    if (name === '__proto__') continue
    output[name] = value
  }
  return { type: 'done', output }
}
