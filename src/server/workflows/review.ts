/** What the review before a publish needs to know of what is live: definitions, and the runs that are under way. */
import type { FunctionDefinition } from '#graph/definition.ts'
import { db } from '#server/db.ts'

export interface ReviewFacts {
  /** What each live function of the workflow does now. */
  live: { slug: string; version: number; definition: FunctionDefinition }[]
  /** Functions that were here before and are gone, with their last version: drawn again, they go on from it. */
  earlier: { slug: string; version: number; hash: string }[]
  /** Runs that have not ended, by function and version; they finish on the version they began with. */
  inFlight: { slug: string; version: number; runs: number }[]
  /** Counting stopped here: there are more. */
  more: boolean
}

/** A review is read by a person: beyond this many open runs the exact number is not worth the time. */
const countMost = 200_000

export async function reviewFacts(workspaceId: string, workflowId: string): Promise<ReviewFacts> {
  const [live, earlier, inFlight] = await Promise.all([
    db().$queryRaw<ReviewFacts['live']>`
      select f.slug, v.version, v.definition from function f
      join function_version v on v.workspace_id = f.workspace_id and v.function_id = f.id and v.version = f.current_version
      where f.workspace_id = ${workspaceId}::uuid and f.workflow_id = ${workflowId}::uuid and f.archived_at is null order by f.slug`,
    db().$queryRaw<ReviewFacts['earlier']>`
      select distinct on (f.slug) f.slug, v.version, v.hash from function f
      join function_version v on v.workspace_id = f.workspace_id and v.function_id = f.id and v.version > 0
      where f.workspace_id = ${workspaceId}::uuid and f.workflow_id = ${workflowId}::uuid and f.archived_at is not null order by f.slug, v.version desc`,
    db().$queryRaw<ReviewFacts['inFlight']>`
      select f.slug, open.version, count(*)::int as runs from (
        select r.function_id, r.version from job j join run r on r.workspace_id = j.workspace_id and r.id = j.run_id
        where j.workspace_id = ${workspaceId}::uuid and r.version > 0 limit ${countMost}
      ) open join function f on f.workspace_id = ${workspaceId}::uuid and f.id = open.function_id and f.workflow_id = ${workflowId}::uuid
      group by f.slug, open.version order by f.slug, open.version`,
  ])
  return { live, earlier, inFlight, more: inFlight.reduce((sum, one) => sum + one.runs, 0) >= countMost }
}
