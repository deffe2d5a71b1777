/** What a run's expressions read, what it gives to whoever called it, and the words of its last failure. */
import { FanwiseError } from '#base/errors.ts'
import { publicId } from '#base/ids.ts'
import type { Json } from '#base/json.ts'
import type { EngineServices } from '#engine/api.ts'
import type { ClaimedJob } from '#engine/lanes.ts'
import type { PreparedFunction } from '#engine/prepared.ts'
import type { StepDefinition } from '#graph/definition.ts'
import type { ExpressionScope } from '#steps/kind.ts'

export function scopeOf(job: ClaimedJob, prepared: PreparedFunction, services: EngineServices): ExpressionScope {
  const event: ExpressionScope['event'] = { id: publicId('evt', job.event_id), name: job.event_name, data: job.event_data as Json, ts: job.event_ts }
  if (job.event_v !== null) event.v = job.event_v
  const scope: ExpressionScope = { event, steps: {}, run: { id: publicId('run', job.run_id), attempt: 1, function: prepared.definition.slug }, env: services.environment(job.workspace_id) }
  if (job.batch !== undefined) scope.events = job.batch as ExpressionScope['event'][]
  for (const step of prepared.approvals) (scope.approvals ??= {})[step] = services.approvalUrl?.(job.workspace_id, job.run_id, step) ?? ''
  return scope
}

/** The output of the last steps (one: its own; several: by key). @param last a step that is just ending */
export function outputOf(steps: readonly StepDefinition[], recorded: Record<string, Json>, last: { step: string; output: string | null } | undefined): Json {
  const outputs: Record<string, Json> = { ...recorded }
  if (last !== undefined && last.output !== null) outputs[last.step] = JSON.parse(last.output) as Json
  const parents = new Set(steps.flatMap((step) => step.after.map((edge) => edge.step)))
  const leaves = steps.filter((step) => !parents.has(step.id) && step.id in outputs)
  if (leaves.length === 1) return outputs[leaves[0]!.id]!
  return Object.fromEntries(leaves.map((step) => [step.id, outputs[step.id]!]))
}

/** The advice of an error that will not be tried again is another one. */
export function exhausted(error: FanwiseError, attempts: number): FanwiseError {
  const { code, message, field, facts } = error
  const fix = attempts === 1 ? 'This step has no retries. Retry from here once the cause is gone.' : `It was tried ${attempts} times; no retries are left. Retry from here once the cause is gone.`
  return new FanwiseError(code, message, { field, facts, fix, retriable: false, cause: error })
}
