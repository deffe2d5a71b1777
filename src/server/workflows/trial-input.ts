/** What a test may be asked to run, and the limits of what is given to it. */
import { z } from 'zod'
import { FanwiseError } from '#base/errors.ts'
import { jsonBytes, type Json } from '#base/json.ts'
import type { GraphDocument } from '#graph/document.ts'

/** Of one output, and of all together: each test that differs stores them. */
const outputBytesMax = 256 * 1024
const outputsBytesMax = 2 * 1024 * 1024

/** Beside the revision and the event. Absent parts mean: the whole drawing, real calls. */
export const trialInput = {
  part: z.object({ mode: z.enum(['step', 'from', 'function']), node: z.string().min(1).max(64) }).optional(),
  outside: z.enum(['real', 'stubbed']).default('real'),
  /** Last real outputs by step node id, for steps that are not run. */
  outputs: z.record(z.string().min(1).max(64), z.json()).default({}),
  /** Outputs that nobody knows are made up. */
  examples: z.boolean().default(false),
  /** What a part sends starts the drawing's functions. */
  reachDraft: z.boolean().default(false),
}

export type TrialInput = { [K in keyof typeof trialInput]?: z.infer<(typeof trialInput)[K]> }

/** Throws bad_request for outputs of steps that are not drawn, too_large for outputs that are. */
export function checkOutputs(document: GraphDocument, outputs: Record<string, Json>): void {
  let bytes = 0
  for (const [id, output] of Object.entries(outputs)) {
    const node = Object.hasOwn(document.nodes, id) ? document.nodes[id] : undefined
    if (node?.type !== 'step') throw new FanwiseError('bad_request', `There is no step "${id}" in the drawing, so it has no output.`, { field: `outputs.${id}`, fix: 'Leave it away.' })
    const own = jsonBytes(output)
    bytes += own
    if (own > outputBytesMax) throw tooLarge(`The output of ${node.name}`, own, outputBytesMax, `outputs.${id}`)
  }
  if (bytes > outputsBytesMax) throw tooLarge('The outputs together', bytes, outputsBytesMax, 'outputs')
}

function tooLarge(what: string, bytes: number, max: number, field: string): FanwiseError {
  return new FanwiseError('too_large', `${what} has ${Math.ceil(bytes / 1024)} KB; a test takes ${max / 1024} KB.`, { field, fix: 'Pin a shorter one.' })
}
