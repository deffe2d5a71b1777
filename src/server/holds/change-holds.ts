/** Pausing functions and parking services, for both APIs. */
import { FanwiseError } from '#base/errors.ts'
import type { Actor } from '#engine/audit.ts'
import { connectionService, serviceOf } from '#engine/holds/holds.ts'
import { audit } from '#server/audit/record.ts'
import { db } from '#server/db.ts'
import { getEngine } from '#server/engine.ts'
import { functionBySlug } from '#server/holds/list-holds.ts'

async function known(workspaceId: string, slug: string): Promise<{ id: string; slug: string }> {
  const fn = await functionBySlug(getEngine().pool, workspaceId, slug)
  if (fn === null) throw new FanwiseError('not_found', `There is no function "${slug}" in this workspace.`, { fix: 'Look in the list of functions.' })
  return fn
}

export async function pause(workspaceId: string, slug: string, actor: Actor, options: { reason?: string; cancelRunning?: boolean }): Promise<void> {
  await getEngine().holds.pauseFunction(workspaceId, await known(workspaceId, slug), actor, options)
}

/** False when it was not paused. */
export async function resume(workspaceId: string, slug: string, actor: Actor): Promise<boolean> {
  return getEngine().holds.resumeFunction(workspaceId, await known(workspaceId, slug), actor)
}

/** `crm.example.com`, `https://crm.example.com/…` and `playground://crm` all name a service; so does `connection:CRM`, wherever it is used. */
export function serviceName(text: string): string {
  const connection = /^\s*connection:\s*(.+?)\s*$/i.exec(text)?.[1]
  if (connection !== undefined) return connectionService(connection)
  const name = text.includes('://') ? serviceOf(text) : serviceOf(`https://${text}`)
  if (name === null || name === '') throw new FanwiseError('bad_request', `“${text}” is not the name of a service.`, { field: 'service', fix: 'Write its host, such as crm.example.com or playground://crm, or a connection as connection:CRM.' })
  return name
}

export async function park(workspaceId: string, service: string, actor: Actor, reason?: string): Promise<string> {
  const host = serviceName(service)
  await getEngine().holds.parkService(workspaceId, host, actor, { reason })
  return host
}

export async function letGo(workspaceId: string, service: string, actor: Actor): Promise<boolean> {
  return getEngine().holds.resumeService(workspaceId, serviceName(service), actor)
}

/** Whether a service that keeps failing is parked by itself. */
export async function breakerIsOn(workspaceId: string): Promise<boolean> {
  return (await db().workspace.findUniqueOrThrow({ where: { id: workspaceId }, select: { autoPark: true } })).autoPark
}

/** Every worker hears of it at once. */
export async function setBreaker(workspaceId: string, on: boolean, actor: Actor): Promise<void> {
  await db().$transaction(async (tx) => {
    const { count } = await tx.workspace.updateMany({ where: { id: workspaceId, autoPark: !on }, data: { autoPark: on } })
    if (count > 0) await audit(tx, workspaceId, actor, 'workspace.auto-park', 'services', { on })
  })
  await getEngine().holds.changed()
}
