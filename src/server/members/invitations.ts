/**
 * Asking somebody in: an address, a role, and a link that holds once, for a week, for that address. Only the hash of
 * its token is kept. A new link for an address takes the place of the one before.
 */
import { randomBytes } from 'node:crypto'
import { FanwiseError } from '#base/errors.ts'
import { newUuid, parsePublicId, publicId } from '#base/ids.ts'
import { audit } from '#server/audit/record.ts'
import { normaliseEmail } from '#server/auth/email.ts'
import { db, type Transaction } from '#server/db.ts'
import { hashKey } from '#server/keys/key-text.ts'
import { changeMembers, roleOf, type Decider } from '#server/members/one-at-a-time.ts'
import { checkInviting, manages } from '#server/members/rules.ts'
import type { Role } from '#server/workspaces/roles.ts'

export const invitationDays = 7
export const openInvitationsMost = 100
export const invitationsADayMost = 300
const dayMs = 86_400_000
/** Ended ones are named in a kind page that long. */
const keptDays = 90
/** How long the list shows those whose time ran out. */
const shownDays = 30

export interface InvitationEntry {
  id: string
  email: string
  role: Role
  /** What whoever made it was called then. */
  by: string
  at: string
  until: string
  expired: boolean
}

export interface MadeInvitation {
  id: string
  email: string
  role: Role
  until: string
  /** In the link; known now and never again. */
  token: string
  /** There was one for this address, whose link is dead now. */
  again: boolean
}

const open = { acceptedAt: null, revokedAt: null }

/** Those nobody has used or taken back, newest first. */
export async function listInvitations(workspaceId: string): Promise<InvitationEntry[]> {
  const now = Date.now()
  const rows = await db().invitation.findMany({ where: { workspaceId, ...open, expiresAt: { gt: new Date(now - shownDays * dayMs) } }, orderBy: { id: 'desc' } })
  return rows.map((row) => ({
    id: publicId('inv', row.id), email: row.email, role: row.role as Role, by: row.inviter, at: row.createdAt.toISOString(), until: row.expiresAt.toISOString(), expired: row.expiresAt.getTime() <= now,
  }))
}

/** @throws bad_request, forbidden, conflict, rate_limited */
export async function invite(workspaceId: string, { email: text, role }: { email: string; role: Role }, inviter: Decider): Promise<MadeInvitation> {
  const email = normaliseEmail(text)
  return changeMembers(workspaceId, async (tx) => {
    const actor = await roleOf(tx, workspaceId, inviter)
    checkInviting(actor, role)
    if ((await tx.membership.count({ where: { workspaceId, user: { email } } })) > 0) {
      throw new FanwiseError('conflict', `${email} is in this workspace already.`, { field: 'email', fix: 'Change the role in the list of members instead.' })
    }
    const before = await tx.invitation.findMany({ where: { workspaceId, email, ...open }, select: { id: true, role: true } })
    for (const one of before) checkInviting(actor, one.role as Role)
    await tx.invitation.updateMany({ where: { workspaceId, email, ...open }, data: { revokedAt: new Date() } })
    await checkHowMany(tx, workspaceId)
    const now = Date.now()
    await tx.invitation.deleteMany({ where: { workspaceId, createdAt: { lt: new Date(now - keptDays * dayMs) } } })
    const id = newUuid()
    const token = randomBytes(32).toString('base64url')
    const expiresAt = new Date(now + invitationDays * dayMs)
    await tx.invitation.create({ data: { workspaceId, id, email, role, hash: hashKey(token), invitedBy: inviter.userId, inviter: inviter.actor.name, createdAt: new Date(now), expiresAt } })
    const again = before.length > 0
    await audit(tx, workspaceId, inviter.actor, again ? 'invitation.renew' : 'invitation.create', email, { role, until: expiresAt.toISOString() })
    return { id: publicId('inv', id), email, role, until: expiresAt.toISOString(), token, again }
  })
}

/** Its link leads nowhere from then on. @throws not_found, forbidden */
export async function revokeInvitation(workspaceId: string, invitation: string, inviter: Decider): Promise<void> {
  await changeMembers(workspaceId, async (tx) => {
    const actor = await roleOf(tx, workspaceId, inviter)
    const id = parsePublicId('inv', invitation)
    const row = id === null ? null : await tx.invitation.findFirst({ where: { workspaceId, id, ...open } })
    if (row === null) throw new FanwiseError('not_found', 'There is no such invitation any more.', { fix: 'Load the list again: it was used, or somebody took it back.' })
    checkInviting(actor, row.role as Role)
    await tx.invitation.update({ where: { workspaceId_id: { workspaceId, id: row.id } }, data: { revokedAt: new Date() } })
    await audit(tx, workspaceId, inviter.actor, 'invitation.revoke', row.email, { role: row.role })
  })
}

/** What somebody asked in may not go on holding when they may not ask it any more. @param role what they are now; null = gone. Answers whom it was for. */
export async function revokeMadeBy(tx: Transaction, workspaceId: string, userId: string, role: Role | null): Promise<string[]> {
  const made = await tx.invitation.findMany({ where: { workspaceId, invitedBy: userId, ...open, expiresAt: { gt: new Date() } }, select: { id: true, email: true, role: true } })
  const ended = made.filter((one) => role === null || !manages(role, one.role as Role))
  await tx.invitation.updateMany({ where: { workspaceId, id: { in: ended.map((one) => one.id) } }, data: { revokedAt: new Date() } })
  return ended.map((one) => one.email)
}

async function checkHowMany(tx: Transaction, workspaceId: string): Promise<void> {
  const now = Date.now()
  if ((await tx.invitation.count({ where: { workspaceId, ...open, expiresAt: { gt: new Date(now) } } })) >= openInvitationsMost) {
    throw new FanwiseError('conflict', `This workspace has ${openInvitationsMost} open invitations, the most there may be.`, { fix: 'Revoke those that nobody will use, or wait until they are used or have run out.' })
  }
  if ((await tx.invitation.count({ where: { workspaceId, createdAt: { gt: new Date(now - dayMs) } } })) >= invitationsADayMost) {
    throw new FanwiseError('rate_limited', `This workspace has made ${invitationsADayMost} invitations within a day, the most there may be.`, { fix: 'Invite the others tomorrow.', retryAfterMs: dayMs / 24 })
  }
}
