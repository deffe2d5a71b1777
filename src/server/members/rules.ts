/**
 * Who may make whom what. Owners decide about everybody, admins about everybody but owners, others about nobody.
 * Nobody raises themselves, and the last owner stays one. Pure.
 */
import { FanwiseError } from '#base/errors.ts'
import { roles, type Role } from '#server/workspaces/roles.ts'

/** May decide about somebody who has that role, or is to get it. */
export const manages = (actor: Role, role: Role): boolean => actor === 'owner' || (actor === 'admin' && role !== 'owner')

/** The roles `actor` may invite somebody as. */
export const rolesToInvite = (actor: Role): Role[] => roles.filter((role) => manages(actor, role))

export interface Standing {
  /** The role of who decides. */
  actor: Role
  /** The role of whom it is about, now. */
  role: Role
  /** Both are the same person. */
  self: boolean
  /** How many owners the workspace has. */
  owners: number
}

const isLastOwner = ({ role, owners }: Standing): boolean => role === 'owner' && owners <= 1

/** The other roles somebody may be given. */
export function rolesToGive(standing: Standing): Role[] {
  const { actor, role, self } = standing
  if (isLastOwner(standing)) return []
  if (self) return roles.slice(roles.indexOf(role) + 1)
  return manages(actor, role) ? roles.filter((other) => other !== role && manages(actor, other)) : []
}

export const mayTakeOut = (standing: Standing): boolean => !isLastOwner(standing) && (standing.self || manages(standing.actor, standing.role))

/** @throws forbidden or conflict when `next` is none of the roles to give */
export function checkRole(standing: Standing, next: Role): void {
  if (rolesToGive(standing).includes(next)) return
  if (standing.self && roles.indexOf(next) < roles.indexOf(standing.role)) {
    throw new FanwiseError('forbidden', 'Nobody gives themselves a stronger role.', { fix: 'Ask an owner of the workspace.' })
  }
  throw standing.self ? lastOwner() : notYours(standing.role === 'owner' || next === 'owner')
}

/** @throws forbidden or conflict */
export function checkTakingOut(standing: Standing): void {
  if (mayTakeOut(standing)) return
  throw standing.self ? lastOwner() : notYours(standing.role === 'owner')
}

/** @throws forbidden */
export function checkInviting(actor: Role, role: Role): void {
  if (!manages(actor, role)) throw notYours(role === 'owner')
}

function lastOwner(): FanwiseError {
  return new FanwiseError('conflict', 'You are the only owner, and a workspace always has one.', { fix: 'Make somebody else an owner first.' })
}

function notYours(aboutOwners: boolean): FanwiseError {
  return aboutOwners
    ? new FanwiseError('forbidden', 'Only owners decide who is an owner, and about owners.', { fix: 'Ask an owner of the workspace.' })
    : new FanwiseError('forbidden', 'Only owners and admins decide who is in the workspace.', { fix: 'Ask one of them; the list says who they are.' })
}
