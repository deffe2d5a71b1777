/** A workspace comes into being with its first owner and its two first keys; the examples follow. */
import { randomInt } from 'node:crypto'
import { FanwiseError } from '#base/errors.ts'
import { newUuid } from '#base/ids.ts'
import { seedExamples } from '#examples/seed.ts'
import { actorOf, audit, type Actor } from '#server/audit/record.ts'
import { db, type Transaction } from '#server/db.ts'
import { createKey } from '#server/keys/keys.ts'
import type { WorkspaceRef } from '#server/workspaces/membership.ts'
import { slugOf } from '#server/workspaces/slug.ts'

export interface CreatedWorkspace {
  workspace: WorkspaceRef
  eventKey: string
  /** Shown once: only its hash is stored. */
  apiKey: string
}

const ownedMost = 50

/** Another workspace for somebody who has an account, as sign-up makes the first. @throws bad_request, conflict */
export async function addWorkspace(user: { id: string; name: string | null; email: string }, nameText: string): Promise<WorkspaceRef> {
  const name = checkWorkspaceName(nameText)
  const { workspace } = await db().$transaction(async (tx) => {
    if ((await tx.membership.count({ where: { userId: user.id, role: 'owner' } })) >= ownedMost) {
      throw new FanwiseError('conflict', `You own ${ownedMost} workspaces, the most there may be for one person.`, { fix: 'Use one of them, or have a colleague make the new one and invite you.' })
    }
    return createWorkspace(tx, name, user.id, actorOf(user))
  })
  await seedExamples(workspace.id, user.id)
  return workspace
}

/** @param name as checkWorkspaceName answers it */
export async function createWorkspace(tx: Transaction, name: string, userId: string, by: Actor): Promise<CreatedWorkspace> {
  const id = newUuid()
  const base = slugOf(name)
  let slug = base
  // A name that is taken gets an address of its own, also when somebody takes it at this moment.
  while ((await tx.workspace.createMany({ data: { id, slug, name }, skipDuplicates: true })).count === 0) slug = `${base.slice(0, 42)}-${randomInt(36 ** 4).toString(36).padStart(4, '0')}`
  await tx.membership.create({ data: { workspaceId: id, userId, role: 'owner' } })
  await audit(tx, id, by, 'workspace.create', name, null)
  const eventKey = await createKey(id, 'event', 'Default', by, tx)
  const apiKey = await createKey(id, 'api', 'Default', by, tx)
  return { workspace: { id, slug, name }, eventKey: eventKey.text, apiKey: apiKey.text }
}

/** @param field what the caller calls it @throws bad_request */
export function checkWorkspaceName(text: string, field = 'workspace'): string {
  const name = text.trim().replaceAll(/\s+/g, ' ')
  if (name === '' || name.length > 80) {
    throw new FanwiseError('bad_request', name === '' ? 'The workspace has no name.' : 'The workspace name is too long.', { field, fix: 'Use 1 to 80 characters, such as your team’s name.' })
  }
  return name
}
