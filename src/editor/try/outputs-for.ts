/** The last real outputs that go along with a test. Pure. */
import type { Json } from '#base/json.ts'
import type { GraphDocument } from '#graph/document.ts'
import type { StepData } from '../data/data-at-hand.ts'

/** The most that one output may have, and all of them: the server's limits, with room. */
const charactersMost = 200_000
const charactersAll = 1_500_000

/** Of the named nodes those that are steps without a pin. An output that is only known in part is none. */
export function outputsFor(document: GraphDocument, ids: Iterable<string>, steps: ReadonlyMap<string, StepData & { cut?: number }>): Record<string, Json> {
  const outputs: Record<string, Json> = {}
  let left = charactersAll
  for (const id of ids) {
    const node = document.nodes[id]
    const known = steps.get(id)
    if (node?.type !== 'step' || node.pinned !== undefined || known?.output === undefined || known.cut !== undefined) continue
    const characters = JSON.stringify(known.output).length
    if (characters > Math.min(charactersMost, left)) continue
    left -= characters
    outputs[id] = known.output
  }
  return outputs
}
