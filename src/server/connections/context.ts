/** What keeps connections in this process. Next loads module copies of its own, so it sits on globalThis, put there by process.ts. */
import { FanwiseError } from '#base/errors.ts'
import type { Cipher } from '#server/connections/cipher.ts'
import type { Sender } from '#server/connections/sender.ts'
import type { Vault } from '#server/connections/vault.ts'
import { getEngine } from '#server/engine.ts'

export interface ConnectionsContext {
  cipher: Cipher
  vault: Vault
  sender: Sender
}

/** Said to all processes when a workspace's connections, secrets or settings changed; the data is its id. */
export const vaultTopic = 'vault'

const holder = globalThis as typeof globalThis & { __fanwiseConnections?: ConnectionsContext }

export function getConnections(): ConnectionsContext {
  if (holder.__fanwiseConnections === undefined) throw new FanwiseError('unavailable', 'Connections are not kept in this process.', { fix: 'Start Fanwise with `npm start`.' })
  return holder.__fanwiseConnections
}

export function setConnections(context: ConnectionsContext | undefined): void {
  holder.__fanwiseConnections = context
}

/** After a change: this process reads anew at once, the others when they hear of it, or within five seconds. */
export function valuesChanged(workspaceId: string): void {
  getConnections().vault.forget(workspaceId)
  getEngine().say(vaultTopic, workspaceId)
}
