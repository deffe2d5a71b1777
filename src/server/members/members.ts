/** The people of a workspace: who they are, what they may do, and changing that. Rules: rules.ts. */
import { FanwiseError } from '#base/errors.ts'
import { parsePublicId, publicId } from '#base/ids.ts'
import { audit } from '#server/audit/record.ts'
import { db, type Transaction } from '#server/db.ts'
import { revokeMadeBy } from '#server/members/invitations.ts'
import { sayDeparted, sayRoleChanged } from '#server/members/member-news.ts'
import { changeMembers, roleOf, type Decider } from '#server/members/one-at-a-time.ts'
import { checkRole, checkTakingOut, mayTakeOut, rolesToGive, type Standing } from '#server/members/rules.ts'
import { mayAct, roles, type Role } from '#server/workspaces/roles.ts'

/** Who asks. */
export interface Person {
  id: string
  name: string | null
  email: string
}

export interface MemberEntry {
  id: string
  name: string | null
  email: string
  role: Role
  since: string
  /** When they last had a page of this workspace open, to some minutes; null = never. */
  seenAt: string | null
  /** Keys in use that they made: those go on working without them. */
  keys: number
  /** Big fan-outs wait for their go. */
  saysGo: boolean
}

export interface MemberOnScreen extends MemberEntry {
  self: boolean
  /** What the one who asks may make them. */
  mayBecome: Role[]
  mayTakeOut: boolean
}

/** Strongest role first, in it the oldest member. */
export async function listMembers(workspaceId: string): Promise<MemberEntry[]> {
  const [rows, keys, workspace] = await Promise.all([
    db().membership.findMany({ where: { workspaceId }, orderBy: { createdAt: 'asc' }, include: { user: { select: { id: true, name: true, email: true } } } }),
    db().apiKey.groupBy({ by: ['createdBy'], where: { workspaceId, revokedAt: null }, _count: true }),
    db().workspace.findUniqueOrThrow({ where: { id: workspaceId }, select: { confirmAbove: true, confirmBy: true } }),
  ])
  const keysOf = new Map(keys.map((one) => [one.createdBy, one._count]))
  return rows.map(({ user, role, createdAt, seenAt }) => ({
    id: publicId('usr', user.id), name: user.name, email: user.email, role: role as Role, since: createdAt.toISOString(), seenAt: seenAt?.toISOString() ?? null,
    keys: keysOf.get(user.id) ?? 0, saysGo: workspace.confirmAbove !== null && workspace.confirmBy === user.id && mayAct(role as Role),
  })).sort((a, b) => roles.indexOf(a.role) - roles.indexOf(b.role))
}

/** With what the one who asks may do about each. */
export async function listMembersFor(workspaceId: string, asker: { id: string; role: Role }): Promise<MemberOnScreen[]> {
  const members = await listMembers(workspaceId)
  const owners = members.filter((one) => one.role === 'owner').length
  return members.map((member) => {
    const self = member.id === publicId('usr', asker.id)
    const standing: Standing = { actor: asker.role, role: member.role, self, owners }
    return { ...member, self, mayBecome: rolesToGive(standing), mayTakeOut: mayTakeOut(standing) }
  })
}

/** @throws forbidden, conflict for the last owner, not_found */
export async function setRole(workspaceId: string, member: string, role: Role, by: Decider): Promise<void> {
  const changed = await changeMembers(workspaceId, async (tx) => {
    const { userId, name, standing } = await standingOf(tx, workspaceId, member, by)
    if (standing.role === role) return null
    checkRole(standing, role)
    await tx.membership.update({ where: { workspaceId_userId: { workspaceId, userId } }, data: { role } })
    const invitations = await revokeMadeBy(tx, workspaceId, userId, role)
    const saidGo = !mayAct(role) && (await replaceWhoSaysGo(tx, workspaceId, userId))
    await audit(tx, workspaceId, by.actor, 'member.role', name, { role, before: standing.role, invitations, ...(saidGo ? { saidGo } : {}) })
    return userId
  })
  if (changed !== null) sayRoleChanged(workspaceId, changed)
}

/** Also for leaving oneself. @throws forbidden, conflict for the last owner, not_found */
export async function takeOut(workspaceId: string, member: string, by: Decider): Promise<void> {
  const departed = await changeMembers(workspaceId, async (tx) => {
    const { userId, name, standing } = await standingOf(tx, workspaceId, member, by)
    checkTakingOut(standing)
    await tx.membership.delete({ where: { workspaceId_userId: { workspaceId, userId } } })
    const invitations = await revokeMadeBy(tx, workspaceId, userId, null)
    const saidGo = await replaceWhoSaysGo(tx, workspaceId, userId)
    await audit(tx, workspaceId, by.actor, standing.self ? 'member.leave' : 'member.remove', name, { role: standing.role, invitations, saidGo })
    return userId
  })
  sayDeparted(workspaceId, departed)
}

interface Found {
  userId: string
  name: string
  standing: Standing
}

async function standingOf(tx: Transaction, workspaceId: string, member: string, by: Decider): Promise<Found> {
  const actor = await roleOf(tx, workspaceId, by)
  const userId = parsePublicId('usr', member)
  const row = userId === null ? null : await tx.membership.findUnique({ where: { workspaceId_userId: { workspaceId, userId } }, include: { user: { select: { name: true, email: true } } } })
  if (userId === null || row === null) throw new FanwiseError('not_found', 'This person is not in the workspace.', { fix: 'Load the list again; somebody may have been faster.' })
  const owners = await tx.membership.count({ where: { workspaceId, role: 'owner' } })
  return { userId, name: row.user.name ?? row.user.email, standing: { actor, role: row.role as Role, self: userId === by.userId, owners } }
}

/** Whoever is gone, or only looks on, says go to nothing: any owner or admin does then, and hears of what waits. */
async function replaceWhoSaysGo(tx: Transaction, workspaceId: string, userId: string): Promise<boolean> {
  const { count } = await tx.workspace.updateMany({ where: { id: workspaceId, confirmBy: userId }, data: { confirmBy: null } })
  if (count === 0) return false
  await tx.fanOut.updateMany({ where: { workspaceId, state: 'confirm' }, data: { askedAt: null } })
  return true
}
