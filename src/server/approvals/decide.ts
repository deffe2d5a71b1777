/** A decision, and what is said when it comes too late to count. */
import { FanwiseError } from '#base/errors.ts'
import type { Engine } from '#engine/api.ts'
import type { Actor } from '#server/audit/record.ts'
import type { ApprovalPlace } from '#server/approvals/link.ts'

export interface PersonsDecision {
  decision: 'approved' | 'rejected'
  comment: string
  /** For people: who decided. Null when nobody is signed in. */
  by: string | null
}

/** Throws conflict when it does not count any more. */
export async function decide(engine: Engine, place: ApprovalPlace, decision: PersonsDecision, actor?: Actor): Promise<void> {
  const answer = await engine.decide(place.workspaceId, place.runId, place.step, decision, actor)
  if (answer.state === 'decided') return
  if (answer.state === 'already') {
    const { by, decision: word } = answer.decision
    throw new FanwiseError('conflict', `This was ${word} already${by === null ? '' : ` by ${by}`}.`, { fix: 'The first decision counts.' })
  }
  if (answer.state === 'late') throw new FanwiseError('conflict', 'The time to decide is over.', { fix: 'Run it again if it is wanted after all.' })
  throw new FanwiseError('conflict', 'Nothing is asked here at the moment.', { fix: 'The run may not have come to this step yet, or may be over. Look at its page.' })
}
