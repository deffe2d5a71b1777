/**
 * Key → workspace, for the hot routes. Keys are looked up by SHA-256 and remembered for a short
 * while: a revoked key stops within `rememberMs`, an unknown one costs one query per second at most.
 */
import { createHash } from 'node:crypto'
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
const remembered = new Map<string, Remembered>()

/** Null when the key is unknown or revoked. */
export function ownerOfKey(key: string): KeyOwner | null | Promise<KeyOwner | null> {
  const known = remembered.get(key)
  if (known !== undefined && known.until > performance.now()) return known.owner
  return lookUp(key)
}

async function lookUp(key: string): Promise<KeyOwner | null> {
  const hash = createHash('sha256').update(key).digest()
  const { rows } = await getEngine().pool.query<{ workspace_id: string; kind: 'api' | 'event'; id: string; name: string }>({
    name: 'key-find',
    text: 'select workspace_id, kind, id::text, name from api_key where hash = $1 and revoked_at is null',
    values: [hash],
  })
  const row = rows[0]
  const owner = row === undefined ? null : { workspaceId: row.workspace_id, kind: row.kind, id: row.id, name: row.name }
  if (remembered.size >= rememberedMax) remembered.clear()
  remembered.set(key, { owner, until: performance.now() + (owner === null ? rememberUnknownMs : rememberMs) })
  return owner
}
