/**
 * A person and their workspace come into being together: user, workspace, membership and the
 * two first keys in one transaction, then the example workflows. Used by the sign-up page and
 * by `fanwise bootstrap`.
 */
import { newUuid } from '#base/ids.ts'
import { seedExamples } from '#examples/seed.ts'
import { addressTaken, nameOrNull } from '#server/auth/account-rules.ts'
import { normaliseEmail } from '#server/auth/email.ts'
import { checkPasswordRules, hashPassword } from '#server/auth/password.ts'
import { actorOf } from '#server/audit/record.ts'
import { db, isUniqueViolation } from '#server/db.ts'
import { createKey, defaultEventKey } from '#server/keys/keys.ts'
import { addWorkspace, checkWorkspaceName, createWorkspace, type CreatedWorkspace } from '#server/workspaces/create.ts'
import type { WorkspaceRef } from '#server/workspaces/membership.ts'
import { slugOf } from '#server/workspaces/slug.ts'

export interface NewAccount {
  email: string
  password: string
  name?: string
  workspace: string
}

export interface CreatedAccount extends CreatedWorkspace {
  userId: string
}

/** Throws `conflict` when the address has an account. */
export async function createAccount(input: NewAccount): Promise<CreatedAccount> {
  const email = normaliseEmail(input.email)
  checkPasswordRules(input.password)
  const workspaceName = checkWorkspaceName(input.workspace)
  if ((await db().user.count({ where: { email } })) > 0) throw addressTaken()
  const passwordHash = await hashPassword(input.password)
  const created = await db().$transaction(async (tx) => {
    const userId = newUuid()
    const name = nameOrNull(input.name)
    await tx.user.create({ data: { id: userId, email, name, passwordHash } }).catch((error: unknown) => {
      throw isUniqueViolation(error) ? addressTaken() : error
    })
    return { userId, ...(await createWorkspace(tx, workspaceName, userId, actorOf({ id: userId, name, email }))) }
  })
  await seedExamples(created.workspace.id, created.userId)
  return created
}

/** What `bootstrap` needs on its second call: of the workspaces the account owns the one of that name, or the first. */
async function findAccount(emailText: string, workspaceName: string): Promise<{ user: { id: string; name: string | null; email: string }; workspace: WorkspaceRef | null } | null> {
  const email = normaliseEmail(emailText)
  const found = await db().user.findUnique({
    where: { email },
    select: { id: true, name: true, email: true, memberships: { where: { role: 'owner' }, orderBy: { createdAt: 'asc' }, select: { workspace: { select: { id: true, slug: true, name: true } } } } },
  })
  if (found === null) return null
  const { memberships, ...user } = found
  const workspaces = memberships.map((membership) => membership.workspace)
  return { user, workspace: workspaces.find((one) => one.name === workspaceName.trim() || one.slug === slugOf(workspaceName)) ?? workspaces[0] ?? null }
}

/** Creates what is missing and finds what exists. `apiKey` is null for an account that existed. */
export async function ensureAccount(input: NewAccount): Promise<{ created: boolean; userId: string; workspace: WorkspaceRef; eventKey: string; apiKey: string | null }> {
  const found = await findAccount(input.email, input.workspace)
  if (found === null) return { created: true, ...(await createAccount(input)) }
  const { user } = found
  // Somebody who was only invited somewhere has none of their own yet.
  const workspace = found.workspace ?? (await addWorkspace(user, input.workspace))
  // A start that died between the transaction and the examples is completed here.
  await seedExamples(workspace.id, user.id)
  const eventKey = (await defaultEventKey(workspace.id)) ?? (await createKey(workspace.id, 'event', 'Default', actorOf(user))).text
  return { created: false, userId: user.id, workspace, eventKey, apiKey: null }
}
