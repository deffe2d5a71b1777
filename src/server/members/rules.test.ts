import { expect, test } from 'vitest'
import { checkInviting, checkRole, checkTakingOut, mayTakeOut, rolesToGive, rolesToInvite, type Standing } from '#server/members/rules.ts'
import { roles, type Role } from '#server/workspaces/roles.ts'

/** Every case there is: who decides about whom, in a workspace with one owner or two. */
const standings: Standing[] = roles.flatMap((actor) => roles.flatMap((role) => [1, 2].flatMap((owners) => [
  ...(actor === role ? [{ actor, role, self: true, owners }] : []),
  // With one owner, an owner cannot meet another one.
  ...(actor === 'owner' && role === 'owner' && owners === 1 ? [] : [{ actor, role, self: false, owners }]),
])))
const refused = (check: () => void): boolean => {
  try {
    check()
    return false
  } catch {
    return true
  }
}
const stronger = (a: Role, b: Role): boolean => roles.indexOf(a) < roles.indexOf(b)

test('what may be chosen is what is not refused', () => {
  expect(standings.length).toBeGreaterThan(30)
  for (const standing of standings) {
    for (const next of roles) if (next !== standing.role) expect([standing, next, refused(() => checkRole(standing, next))]).toEqual([standing, next, !rolesToGive(standing).includes(next)])
    expect([standing, refused(() => checkTakingOut(standing))]).toEqual([standing, !mayTakeOut(standing)])
  }
  for (const actor of roles) for (const role of roles) expect(refused(() => checkInviting(actor, role))).toBe(!rolesToInvite(actor).includes(role))
})

test('a workspace never loses its last owner', () => {
  for (const standing of standings.filter(({ role, owners }) => role === 'owner' && owners === 1)) {
    expect(rolesToGive(standing)).toEqual([])
    expect(mayTakeOut(standing)).toBe(false)
  }
})

test('nobody but an owner makes or touches one', () => {
  for (const standing of standings.filter(({ actor, self }) => actor !== 'owner' && !self)) {
    expect(rolesToGive(standing)).not.toContain('owner')
    if (standing.role === 'owner') expect([rolesToGive(standing), mayTakeOut(standing)]).toEqual([[], false])
  }
  for (const actor of roles) expect(rolesToInvite(actor).includes('owner')).toBe(actor === 'owner')
})

test('nobody raises themselves, editors and viewers decide about nobody else', () => {
  for (const standing of standings) {
    if (standing.self) for (const next of rolesToGive(standing)) expect(stronger(standing.role, next)).toBe(true)
    else if (standing.actor === 'editor' || standing.actor === 'viewer') expect([rolesToGive(standing), mayTakeOut(standing)]).toEqual([[], false])
  }
  expect(rolesToInvite('editor')).toEqual([])
})
