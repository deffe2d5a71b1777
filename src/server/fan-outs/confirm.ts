/**
 * Big fan-outs wait until a person says go: which are big, who that person is, and that nobody else says it.
 * As with approvals, only who may act decides: a named person who has left the workspace, or only looks on now,
 * is replaced by its owners and admins.
 */
import type pg from 'pg'
import { FanwiseError } from '#base/errors.ts'
import { publicId } from '#base/ids.ts'
import { confirmSentence } from '#engine/fan-out/row.ts'
import { audit, type Actor } from '#server/audit/record.ts'
import { db, type Transaction } from '#server/db.ts'
import { getEngine } from '#server/engine.ts'
import { fanOutUuid } from '#server/fan-outs/fan-out-id.ts'
import { mayAct, type Role } from '#server/workspaces/roles.ts'

export interface ConfirmRule {
  /** More items than this wait; null = none does. */
  above: number | null
  /** Null = any owner or admin. */
  person: { id: string; name: string } | null
}

/** Who asks. */
export interface Member {
  id: string
  role: Role
}

export async function confirmRule(pool: pg.Pool, workspaceId: string): Promise<ConfirmRule> {
  const { rows } = await pool.query<{ above: number | null; id: string | null; name: string | null }>({
    name: 'confirm-rule',
    text: `select w.confirm_above as above, u.id::text as id, coalesce(u.name, u.email) as name from workspace w
      left join membership m on m.workspace_id = w.id and m.user_id = w.confirm_by and m.role <> 'viewer' left join user_account u on u.id = m.user_id where w.id = $1`,
    values: [workspaceId],
  })
  const { above, id, name } = rows[0] ?? { above: null, id: null, name: null }
  return { above, person: id === null ? null : { id, name: name ?? '' } }
}

export const mayConfirm = ({ person }: ConfirmRule, { id, role }: Member): boolean => (person === null ? role === 'owner' || role === 'admin' : person.id === id && mayAct(role))

export const whyConfirm = (rule: ConfirmRule, total: number): string => confirmSentence({ total, above: rule.above, person: rule.person?.name ?? null })

/** Every member who may be named, for the choice of one. */
export async function deciders(workspaceId: string): Promise<{ id: string; name: string; role: Role }[]> {
  const rows = await db().$queryRaw<{ id: string; name: string; role: Role }[]>`
    select u.id::text as id, coalesce(u.name, u.email) as name, m.role from membership m join user_account u on u.id = m.user_id
    where m.workspace_id = ${workspaceId}::uuid and m.role <> 'viewer' order by m.created_at, u.email`
  return rows
}

/** Takes part in the routing table, so that no emit goes by an older rule. */
export async function setConfirmRule(workspaceId: string, { above, by: person }: { above: number | null; by: string | null }, actor: Actor): Promise<void> {
  await db().$transaction(async (tx) => {
    if (person !== null) await checkMayBeNamed(tx, workspaceId, person)
    const before = await tx.workspace.findUniqueOrThrow({ where: { id: workspaceId }, select: { confirmAbove: true, confirmBy: true } })
    await tx.workspace.update({ where: { id: workspaceId }, data: { confirmAbove: above, confirmBy: person, routeEpoch: { increment: 1 } } })
    // What waits already waits for the other person from now on, who has heard nothing of it.
    if (before.confirmBy !== person) await tx.fanOut.updateMany({ where: { workspaceId, state: 'confirm' }, data: { askedAt: null } })
    await audit(tx, workspaceId, actor, 'workspace.confirm', 'fan-outs', { above, by: person, before: before.confirmAbove, byBefore: before.confirmBy })
  })
  getEngine().routesChanged(workspaceId)
}

async function checkMayBeNamed(tx: Transaction, workspaceId: string, userId: string): Promise<void> {
  const member = await tx.membership.findUnique({ where: { workspaceId_userId: { workspaceId, userId } }, include: { user: { select: { name: true, email: true } } } })
  if (member === null) throw new FanwiseError('bad_request', 'That person is not a member of this workspace.', { field: 'by', fix: 'Choose a member, or any owner or admin.' })
  if (!mayAct(member.role as Role)) {
    throw new FanwiseError('bad_request', `${member.user.name ?? member.user.email} is a viewer, and viewers decide nothing.`, { field: 'by', fix: 'Choose an editor, admin or owner, or make them an editor first.' })
  }
}

/** @throws forbidden when somebody else decides it */
export async function confirmFanOut(workspaceId: string, id: string, member: Member, actor: Actor): Promise<void> {
  const { pool, fanOuts } = getEngine()
  const rule = await confirmRule(pool, workspaceId)
  if (!mayConfirm(rule, member)) throw notYours(rule)
  await fanOuts.confirm(workspaceId, fanOutUuid(id), actor)
}

/** The same person says that it does not: its step ends, and nothing was sent. */
export async function refuseFanOut(workspaceId: string, id: string, member: Member, actor: Actor): Promise<void> {
  const { pool, fanOuts } = getEngine()
  const rule = await confirmRule(pool, workspaceId)
  if (!mayConfirm(rule, member)) throw notYours(rule)
  const { state } = await fanOuts.progress(workspaceId, fanOutUuid(id))
  if (state !== 'confirm') throw new FanwiseError('conflict', 'This fan-out does not wait for a go any more.', { fix: 'Look at its state again; somebody may have been faster.' })
  await fanOuts.cancel(workspaceId, fanOutUuid(id), actor)
}

/** Before its first item, only who says go may say that it does not. @param member null = an API key, which is nobody */
export async function checkSteering(workspaceId: string, id: string, member: Member | null): Promise<void> {
  const { pool, fanOuts } = getEngine()
  if ((await fanOuts.progress(workspaceId, fanOutUuid(id))).state !== 'confirm') return
  const rule = await confirmRule(pool, workspaceId)
  if (member === null || !mayConfirm(rule, member)) throw notYours(rule)
}

function notYours({ person }: ConfirmRule): FanwiseError {
  return new FanwiseError('forbidden', `${person?.name ?? 'An owner or admin'} decides whether this fan-out goes.`, { fix: `Ask ${person?.name ?? 'one of them'}. To give it up, cancel the run that sends it.` })
}

export interface WaitingFanOut {
  id: string
  sentence: string
  function: string
  event: string
  /** The one who asks may say go. */
  mine: boolean
  at: string
}

/** Those that wait for a go, the oldest first. */
export async function waitingFanOuts(workspaceId: string, member: Member): Promise<WaitingFanOut[]> {
  const { pool } = getEngine()
  const { rows } = await pool.query<{ id: string; total: number; slug: string; event_name: string; started_at: Date }>({
    name: 'confirm-waiting',
    text: `select o.id::text, o.total, f.slug, o.event_name, o.started_at from fan_out o join function f on f.workspace_id = o.workspace_id and f.id = o.function_id
      where o.workspace_id = $1 and o.state = 'confirm'
        and exists (select 1 from job j where j.workspace_id = o.workspace_id and j.run_id = o.run_id) order by o.id limit 50`,
    values: [workspaceId],
  })
  if (rows.length === 0) return []
  const rule = await confirmRule(pool, workspaceId)
  return rows.map((row) => ({
    id: publicId('fan', row.id), sentence: whyConfirm(rule, row.total), function: row.slug, event: row.event_name, mine: mayConfirm(rule, member), at: row.started_at.toISOString(),
  }))
}
