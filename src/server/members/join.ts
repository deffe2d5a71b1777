/** From a link into a workspace: what the link is worth to whoever opens it, and joining by it, with an account or with a new one. */
import { FanwiseError } from '#base/errors.ts'
import { newUuid } from '#base/ids.ts'
import { actorOf, audit } from '#server/audit/record.ts'
import { addressTaken, nameOrNull } from '#server/auth/account-rules.ts'
import { checkPasswordRules, hashPassword } from '#server/auth/password.ts'
import { db, isUniqueViolation, type Transaction } from '#server/db.ts'
import { hashKey } from '#server/keys/key-text.ts'
import type { Person } from '#server/members/members.ts'
import { changeMembers } from '#server/members/one-at-a-time.ts'
import type { WorkspaceRef } from '#server/workspaces/membership.ts'
import type { Role } from '#server/workspaces/roles.ts'

/** replaced: a newer link was made for the same address. */
export type InvitationState = 'open' | 'used' | 'expired' | 'revoked' | 'replaced'

export interface InvitationOnScreen {
  state: InvitationState
  workspace: string
  role: Role
  /** Whom it is for. */
  email: string
  /** Null: a program invited. */
  by: string | null
  until: string
  /** There is an account with that address. */
  account: boolean
  /** Who is signed in. */
  you: { email: string; invited: boolean; member: { workspace: string } | null } | null
}

const row = {
  workspaceId: true, id: true, email: true, role: true, invitedBy: true, inviter: true, expiresAt: true, acceptedAt: true, acceptedBy: true, revokedAt: true,
  workspace: { select: { id: true, slug: true, name: true } },
} as const

interface Invitation {
  workspaceId: string
  id: string
  email: string
  role: string
  invitedBy: string | null
  inviter: string
  expiresAt: Date
  acceptedAt: Date | null
  acceptedBy: string | null
  revokedAt: Date | null
  workspace: WorkspaceRef
}

const find = (within: Transaction | ReturnType<typeof db>, token: string): Promise<Invitation | null> => within.invitation.findUnique({ where: { hash: hashKey(token) }, select: row })

/** Null when no such link was ever made, or long ago. */
export async function readInvitation(token: string, viewer: Person | null): Promise<InvitationOnScreen | null> {
  const found = await find(db(), token)
  if (found === null) return null
  const { workspaceId, email, role, invitedBy, inviter, expiresAt, workspace } = found
  const [state, account, membership] = await Promise.all([
    stateOf(db(), found),
    db().user.count({ where: { email } }),
    viewer === null ? null : db().membership.findUnique({ where: { workspaceId_userId: { workspaceId, userId: viewer.id } }, select: { role: true } }),
  ])
  return {
    state, workspace: workspace.name, role: role as Role, email, by: invitedBy === null ? null : inviter, until: expiresAt.toISOString(), account: account > 0,
    you: viewer === null ? null : { email: viewer.email, invited: viewer.email === email, member: membership === null ? null : { workspace: workspace.slug } },
  }
}

/** Whoever clicks twice has joined once. @throws not_found, conflict, forbidden */
export async function join(token: string, person: Person): Promise<{ workspace: string }> {
  return withInvitation(token, async (tx, invitation) => {
    const { workspaceId, email, workspace } = invitation
    if (email !== person.email) {
      throw new FanwiseError('forbidden', `This invitation is for ${email}; you are signed in as ${person.email}.`, { fix: 'Sign out, then open the link again. Or ask for an invitation to your own address.' })
    }
    const key = { workspaceId, userId: person.id }
    const member = (await tx.membership.count({ where: key })) > 0
    if (member && invitation.acceptedBy === person.id) return { workspace: workspace.slug }
    await checkOpen(tx, invitation)
    await enter(tx, invitation, person, member)
    return { workspace: workspace.slug }
  })
}

/** An account for the invited address, in the inviting workspace and in no other. @throws bad_request, not_found, conflict */
export async function signUpByInvitation(token: string, input: { name?: string; password: string }): Promise<{ workspace: string; email: string }> {
  checkPasswordRules(input.password)
  if ((await find(db(), token)) === null) throw unknown()
  const passwordHash = await hashPassword(input.password)
  return withInvitation(token, async (tx, invitation) => {
    await checkOpen(tx, invitation)
    const person = { id: newUuid(), email: invitation.email, name: nameOrNull(input.name) }
    await tx.user.create({ data: { ...person, passwordHash } }).catch((error: unknown) => {
      throw isUniqueViolation(error) ? addressTaken() : error
    })
    await enter(tx, invitation, person, false)
    return { workspace: invitation.workspace.slug, email: invitation.email }
  })
}

/** The invitation as it is while nobody else changes who is in its workspace. */
async function withInvitation<T>(token: string, use: (tx: Transaction, invitation: Invitation) => Promise<T>): Promise<T> {
  const workspaceId = (await find(db(), token))?.workspaceId
  if (workspaceId === undefined) throw unknown()
  return changeMembers(workspaceId, async (tx) => {
    const invitation = await find(tx, token)
    if (invitation === null) throw unknown()
    return use(tx, invitation)
  })
}

/** @param member they were in it already, and stay what they are */
async function enter(tx: Transaction, { workspaceId, id, email, role, inviter }: Invitation, person: Person, member: boolean): Promise<void> {
  await tx.invitation.update({ where: { workspaceId_id: { workspaceId, id } }, data: { acceptedAt: new Date(), acceptedBy: person.id } })
  if (member) return
  await tx.membership.create({ data: { workspaceId, userId: person.id, role } })
  await audit(tx, workspaceId, actorOf(person), 'member.join', person.name ?? email, { role, email, by: inviter })
}

async function stateOf(within: Transaction | ReturnType<typeof db>, { workspaceId, email, acceptedAt, revokedAt, expiresAt }: Invitation): Promise<InvitationState> {
  if (acceptedAt !== null) return 'used'
  const now = new Date()
  if (revokedAt === null) return expiresAt > now ? 'open' : 'expired'
  const newer = await within.invitation.count({ where: { workspaceId, email, acceptedAt: null, revokedAt: null, expiresAt: { gt: now } } })
  return newer > 0 ? 'replaced' : 'revoked'
}

const ended: Record<Exclude<InvitationState, 'open'>, [string, string]> = {
  used: ['This invitation has been used already.', 'Sign in with the address it was for. If it was not you who used it, tell whoever invited you.'],
  expired: ['The time of this invitation is over.', 'Ask whoever invited you for a new link.'],
  revoked: ['This invitation was taken back.', 'Ask whoever invited you.'],
  replaced: ['There is a newer link for this invitation.', 'Open the one in the latest mail, or ask whoever invited you.'],
}

async function checkOpen(tx: Transaction, invitation: Invitation): Promise<void> {
  const state = await stateOf(tx, invitation)
  if (state === 'open') return
  const [message, fix] = ended[state]
  throw new FanwiseError('conflict', message, { fix })
}

const unknown = (): FanwiseError => new FanwiseError('not_found', 'This invitation is not known.', { fix: 'Copy the whole link again from where you got it, or ask whoever invited you for a new one.' })
