/**
 * A workspace is deleted: from the commit on nobody is in it, nothing is accepted for it and nothing of it begins or goes
 * on. Its rows go afterwards, bit by bit (engine/duties/purge-workspaces.ts).
 */
import { FanwiseError } from '#base/errors.ts'
import { getEngine } from '#server/engine.ts'
import { db } from '#server/db.ts'
import { forgetKeys } from '#server/http/keys.ts'
import { sayWorkspaceGone } from '#server/members/member-news.ts'
import { changeMembers, roleWithin } from '#server/members/one-at-a-time.ts'
import { tellEngine } from '#server/workflows/tell-engine.ts'
import { lockPublishing } from '#server/workflows/publish.ts'
import type { WorkspaceRef } from '#server/workspaces/membership.ts'

/** What goes with a workspace, for whoever is about to delete it. */
export interface WhatGoes {
  members: number
  workflows: number
  /** Counted to 10,000. */
  openRuns: number
  webhooks: number
  schedules: number
  keys: number
}

const openRunsMost = 10_000

export async function whatGoes(workspaceId: string): Promise<WhatGoes> {
  const where = { workspaceId }
  const [members, workflows, webhooks, keys, drawn, data, open] = await Promise.all([
    db().membership.count({ where }), db().workflow.count({ where: { workspaceId, archivedAt: null } }), db().webhookSource.count({ where }),
    db().apiKey.count({ where: { workspaceId, revokedAt: null } }), db().schedule.count({ where }), db().dataSchedule.count({ where: { workspaceId, enabled: true } }),
    getEngine().pool.query<{ n: number }>({ name: 'open-runs', text: `select count(*)::int as n from (select 1 from job where workspace_id = $1 limit ${openRunsMost}) j`, values: [workspaceId] }),
  ])
  return { members, workflows, webhooks, keys, schedules: drawn + data, openRuns: open.rows[0]!.n }
}

/** @param typed its name, as a person typed it to be sure @throws bad_request, forbidden, not_found */
export async function deleteWorkspace({ id }: WorkspaceRef, typed: string, userId: string): Promise<void> {
  await changeMembers(id, async (tx) => {
    // A publish that is under way would bring functions back to life.
    await lockPublishing(tx, id)
    if ((await roleWithin(tx, id, userId)) !== 'owner') throw new FanwiseError('forbidden', 'Only an owner deletes the workspace.', { fix: 'Ask an owner of the workspace.' })
    const { name } = await tx.workspace.findUniqueOrThrow({ where: { id }, select: { name: true } })
    if (typed.trim() !== name) throw new FanwiseError('bad_request', 'This is not the name of the workspace.', { field: 'name', fix: `Type ${name} to delete it.` })
    // What executes is held before its next step, what waits does not begin, until the purge has ended it.
    await tx.$executeRaw`insert into hold (workspace_id, id, kind, target, reason, auto)
      select workspace_id, id, 'function', slug, 'The workspace was deleted', false from function where workspace_id = ${id}::uuid on conflict do nothing`
    await tx.function.updateMany({ where: { workspaceId: id }, data: { archivedAt: new Date(), currentVersion: null } })
    await tx.schedule.deleteMany({ where: { workspaceId: id } })
    await tx.invitation.deleteMany({ where: { workspaceId: id } })
    await tx.membership.deleteMany({ where: { workspaceId: id } })
    // Whoever stores an event with the routes of before is refused by the epoch; the address is free for another one.
    await tx.$executeRaw`update workspace set deleted_at = clock_timestamp(), route_epoch = route_epoch + 1, alerts_on = false, slug = ${`deleted-${id}`} where id = ${id}::uuid`
  })
  sayWorkspaceGone(id)
  tellEngine((engine) => {
    engine.routesChanged(id)
    void engine.holds.changed().catch(() => {})
    forgetKeys(id)
  })
}
