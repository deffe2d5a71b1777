/** What a wait that is over gives its step: resolved by somebody, or its time limit has passed. */
import { FanwiseError, type ErrorShape } from '#base/errors.ts'
import type { Json } from '#base/json.ts'
import type { RecordedWait } from '#engine/load-runs.ts'

export interface Decision {
  decision: 'approved' | 'rejected'
  comment: string
  by: string | null
  at: string
}

export function endOfWait(wait: Pick<RecordedWait, 'kind' | 'resolved' | 'result'>): { output: Json; port: string } | { error: FanwiseError } {
  const { resolved, result } = wait
  if (wait.kind === 'invoke') return endOfCall(resolved ? (result as CallResult) : null)
  if (wait.kind === 'approval') {
    if (!resolved) return { output: { decision: 'timeout', comment: '', by: null, at: null }, port: 'timeout' }
    const decision = result as Decision
    return { output: { ...decision }, port: decision.decision }
  }
  return { output: resolved ? (result as Json) : null, port: resolved ? 'out' : 'timeout' }
}

interface CallResult {
  status: string
  output?: Json
  error?: ErrorShape
}

function endOfCall(result: CallResult | null): { output: Json; port: string } | { error: FanwiseError } {
  if (result === null) return { error: new FanwiseError('step_timeout', 'The called function did not end in time.', { retriable: false, fix: 'Raise the step’s time limit, or look at the called run.' }) }
  if (result.status === 'completed') return { output: result.output ?? null, port: 'out' }
  return { error: new FanwiseError('step_refused', `The called function ${result.status}: ${result.error?.message ?? 'no reason given'}`, { fix: 'Open the called run to see why.' }) }
}
