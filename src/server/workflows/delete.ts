/**
 * A workflow is deleted: from the commit on its functions react to nothing, its webhooks and schedules are gone, and
 * nobody finds its drawing. What has begun goes on to its end; its runs and events stay for as long as history is
 * kept. `bringBack`, or an import under its address, makes it a draft again.
 */
import { getEngine } from '#server/engine.ts'
import { audit, type Actor } from '#server/audit/record.ts'
import { db } from '#server/db.ts'
import { Prisma } from '#server/generated/client.ts'
import { findWorkflow } from '#server/workflows/find-workflow.ts'
import { archiveOthers, limitSharedLanes, lockPublishing } from '#server/workflows/publish.ts'
import { lockDraft } from '#server/workflows/save-draft.ts'
import { tellEngine } from '#server/workflows/tell-engine.ts'

/** What ends with a workflow, for whoever is about to delete it. */
export interface WhatEnds {
  /** Slugs of published functions. */
  functions: string[]
  webhooks: number
  schedules: number
  /** They go on. Counted to 10,000. */
  openRuns: number
}

const openRunsMost = 10_000

/** @throws not_found */
export async function whatEnds(workspaceId: string, slug: string): Promise<WhatEnds> {
  const { id: workflowId } = await findWorkflow(workspaceId, slug)
  const functions = await db().function.findMany({ where: { workspaceId, workflowId, archivedAt: null, currentVersion: { not: null } }, select: { id: true, slug: true }, orderBy: { slug: 'asc' } })
  const ids = functions.map((one) => one.id)
  const [webhooks, schedules, open] = await Promise.all([
    db().webhookSource.count({ where: { workspaceId, workflowId } }),
    db().schedule.count({ where: { workspaceId, functionId: { in: ids } } }),
    getEngine().pool.query<{ n: number }>({
      name: 'open-runs-of-functions',
      text: `select count(*)::int as n from (
        select 1 from job j join run r on r.workspace_id = j.workspace_id and r.id = j.run_id where j.workspace_id = $1 and r.function_id = any($2::uuid[]) limit ${openRunsMost}) o`,
      values: [workspaceId, ids],
    }),
  ])
  return { functions: functions.map((one) => one.slug), webhooks, schedules, openRuns: open.rows[0]!.n }
}

/** Answers the functions that start no new runs from now on. @throws not_found */
export async function deleteWorkflow(workspaceId: string, slug: string, by: Actor): Promise<{ slug: string; removed: string[] }> {
  const { id, removed } = await db().$transaction(async (tx) => {
    await lockPublishing(tx, workspaceId)
    const row = await findWorkflow(workspaceId, slug, tx)
    // Whoever saves at this moment is waited for: a webhook of theirs would answer for a drawing that is gone.
    await lockDraft(tx, workspaceId, row.id)
    const gone = await archiveOthers(tx, workspaceId, row.id, [])
    await tx.webhookSource.deleteMany({ where: { workspaceId, workflowId: row.id } })
    await limitSharedLanes(tx, workspaceId)
    await tx.workspace.update({ where: { id: workspaceId }, data: { routeEpoch: { increment: 1 } } })
    await tx.workflow.update({ where: { workspaceId_id: { workspaceId, id: row.id } }, data: { archivedAt: new Date(), published: Prisma.DbNull, publishedRevision: null, publishedAt: null } })
    await audit(tx, workspaceId, by, 'workflow.delete', slug, { name: row.name, removed: gone })
    return { id: row.id, removed: gone }
  })
  tellEngine((engine) => {
    engine.routesChanged(workspaceId)
    engine.live.workflowChanged(workspaceId, id)
  })
  return { slug, removed }
}
