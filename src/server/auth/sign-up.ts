/**
 * A person and their workspace come into being together: user, workspace, membership and the
 * two first keys in one transaction, then the example workflows. Used by the sign-up page and
 * by `fanwise bootstrap`.
 */
import { randomInt } from 'node:crypto'
import { FanwiseError } from '#base/errors.ts'
import { newUuid } from '#base/ids.ts'
import { seedExamples } from '#examples/seed.ts'
import { normaliseEmail } from '#server/auth/email.ts'
import { checkPasswordRules, hashPassword } from '#server/auth/password.ts'
import { actorOf, audit, type Actor } from '#server/audit/record.ts'
import { db, type Transaction } from '#server/db.ts'
import { createKey, defaultEventKey } from '#server/keys/keys.ts'
import type { WorkspaceRef } from '#server/workspaces/membership.ts'
import { slugOf } from '#server/workspaces/slug.ts'

export interface NewAccount {
  email: string
  password: string
  name?: string
  workspace: string
}

export interface CreatedAccount {
  userId: string
  workspace: WorkspaceRef
  eventKey: string
  /** Shown once: only its hash is stored. */
  apiKey: string
}

/** Throws `conflict` when the address has an account. */
export async function createAccount(input: NewAccount): Promise<CreatedAccount> {
  const email = normaliseEmail(input.email)
  checkPasswordRules(input.password)
  const workspaceName = checkName(input.workspace)
  if ((await db().user.count({ where: { email } })) > 0) throw taken()
  const passwordHash = await hashPassword(input.password)
  const created = await db().$transaction(async (tx) => {
    const userId = newUuid()
    const name = input.name?.trim() || null
    await tx.user.create({ data: { id: userId, email, name, passwordHash } }).catch((error: unknown) => {
      throw isUniqueViolation(error) ? taken() : error
    })
    const by = actorOf({ id: userId, name, email })
    const workspace = await createWorkspace(tx, workspaceName, userId, by)
    const eventKey = await createKey(workspace.id, 'event', 'Default', by, tx)
    const apiKey = await createKey(workspace.id, 'api', 'Default', by, tx)
    return { userId, workspace, eventKey: eventKey.text, apiKey: apiKey.text }
  })
  await seedExamples(created.workspace.id, created.userId)
  return created
}

/** What `bootstrap` needs on its second call: the account's workspace of that name, or its first. */
export async function findAccount(emailText: string, workspaceName: string): Promise<{ userId: string; name: string; workspace: WorkspaceRef; eventKey: string | null } | null> {
  const email = normaliseEmail(emailText)
  const user = await db().user.findUnique({
    where: { email },
    select: { id: true, name: true, email: true, memberships: { orderBy: { createdAt: 'asc' }, select: { workspace: { select: { id: true, slug: true, name: true } } } } },
  })
  if (user === null) return null
  const workspaces = user.memberships.map((membership) => membership.workspace)
  const workspace = workspaces.find((one) => one.name === workspaceName.trim() || one.slug === slugOf(workspaceName)) ?? workspaces[0]
  if (workspace === undefined) return null
  return { userId: user.id, name: user.name ?? user.email, workspace, eventKey: await defaultEventKey(workspace.id) }
}

/** Creates what is missing and finds what exists. `apiKey` is null for an account that existed. */
export async function ensureAccount(input: NewAccount): Promise<{ created: boolean; userId: string; workspace: WorkspaceRef; eventKey: string; apiKey: string | null }> {
  const found = await findAccount(input.email, input.workspace)
  if (found === null) return { created: true, ...(await createAccount(input)) }
  // A start that died between the transaction and the examples is completed here.
  await seedExamples(found.workspace.id, found.userId)
  const eventKey = found.eventKey ?? (await createKey(found.workspace.id, 'event', 'Default', actorOf({ id: found.userId, name: found.name }))).text
  return { created: false, userId: found.userId, workspace: found.workspace, eventKey, apiKey: null }
}

async function createWorkspace(tx: Transaction, name: string, userId: string, by: Actor): Promise<WorkspaceRef> {
  const base = slugOf(name)
  const taken = await tx.workspace.count({ where: { slug: base } })
  const slug = taken === 0 ? base : `${base.slice(0, 42)}-${randomInt(36 ** 4).toString(36).padStart(4, '0')}`
  const workspace = await tx.workspace.create({ data: { id: newUuid(), slug, name }, select: { id: true, slug: true, name: true } })
  await tx.membership.create({ data: { workspaceId: workspace.id, userId, role: 'owner' } })
  await audit(tx, workspace.id, by, 'workspace.create', name, null)
  return workspace
}

function checkName(text: string): string {
  const name = text.trim().replaceAll(/\s+/g, ' ')
  if (name === '' || name.length > 80) {
    throw new FanwiseError('bad_request', name === '' ? 'The workspace has no name.' : 'The workspace name is too long.', { field: 'workspace', fix: 'Use 1 to 80 characters, such as your team’s name.' })
  }
  return name
}

function taken(): FanwiseError {
  return new FanwiseError('conflict', 'This e-mail address has an account.', { field: 'email', fix: 'Sign in instead.' })
}

function isUniqueViolation(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'P2002'
}
