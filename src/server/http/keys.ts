/**
 * Key → workspace, for the hot routes. Keys are looked up by SHA-256 and remembered for a short
 * while: a revoked key stops within `rememberMs`, an unknown one costs one query per second at most.
 */
import { createHash } from 'node:crypto'
import { workspaceGone } from '#base/errors.ts'
import { getEngine } from '#server/engine.ts'

export interface KeyOwner {
  workspaceId: string
  kind: 'api' | 'event'
  /** Of the key's row, and what people call it. */
  id: string
  name: string
}

interface Remembered {
  owner: KeyOwner | null
  until: number
}

const rememberMs = 10_000
const rememberUnknownMs = 1000
const rememberedMax = 10_000
const holder = globalThis as { fanwiseKeys?: Map<string, Remembered>; fanwiseKeysHear?: true }
/** One for the process: every part of the server may load its own copy of this module. */
const remembered = (holder.fanwiseKeys ??= new Map<string, Remembered>())
const topic = 'keys-gone'

/** Null when the key is unknown or revoked. @throws gone when its workspace was deleted */
export function ownerOfKey(key: string): KeyOwner | null | Promise<KeyOwner | null> {
  const known = remembered.get(key)
  if (known !== undefined && known.until > performance.now()) return known.owner
  return lookUp(key)
}

/** Keys of the workspace are asked for anew, in every process. */
export function forgetKeys(workspaceId: string): void {
  forget(workspaceId)
  getEngine().say(topic, workspaceId)
}

function forget(workspaceId: string): void {
  for (const [key, { owner }] of remembered) if (owner?.workspaceId === workspaceId) remembered.delete(key)
}

async function lookUp(key: string): Promise<KeyOwner | null> {
  if (holder.fanwiseKeysHear === undefined) {
    holder.fanwiseKeysHear = true
    getEngine().hear((heard, data) => {
      if (heard === topic) forget(data as string)
    })
  }
  const hash = createHash('sha256').update(key).digest()
  const { rows } = await getEngine().pool.query<{ workspace_id: string; kind: 'api' | 'event'; id: string; name: string; gone: boolean }>({
    name: 'key-find',
    text: `select k.workspace_id, k.kind, k.id::text, k.name, w.deleted_at is not null as gone from api_key k join workspace w on w.id = k.workspace_id
      where k.hash = $1 and k.revoked_at is null`,
    values: [hash],
  })
  const row = rows[0]
  if (row?.gone === true) throw workspaceGone()
  const owner = row === undefined ? null : { workspaceId: row.workspace_id, kind: row.kind, id: row.id, name: row.name }
  if (remembered.size >= rememberedMax) remembered.clear()
  remembered.set(key, { owner, until: performance.now() + (owner === null ? rememberUnknownMs : rememberMs) })
  return owner
}
