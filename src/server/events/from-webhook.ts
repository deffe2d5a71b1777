/** The newest request that a webhook took, for the panel that waits for the first one. */
import { publicId } from '#base/ids.ts'
import type { Json } from '#base/json.ts'
import { db } from '#server/db.ts'

const looksAt = 500
const dataCharactersMost = 20_000

export interface FromWebhook {
  id: string
  receivedAt: string
  /** Null when it is too large to be a sample. */
  data: Json | null
}

export async function newestFromWebhook(workspaceId: string, event: string, hookId: string): Promise<FromWebhook | null> {
  const rows = await db().$queryRaw<{ id: string; data: string; received_ms: number }[]>`
    select id::text as id, left(data::text, ${dataCharactersMost + 1}) as data, (extract(epoch from received_at) * 1000)::float8 as received_ms
    from (select id, data, received_at, source, source_ref from event where workspace_id = ${workspaceId}::uuid and name = ${event} order by id desc limit ${looksAt}) newest
    where source = 'webhook' and source_ref = ${hookId} order by id desc limit 1`
  const row = rows[0]
  if (row === undefined) return null
  return { id: publicId('evt', row.id), receivedAt: new Date(row.received_ms).toISOString(), data: row.data.length > dataCharactersMost ? null : (JSON.parse(row.data) as Json) }
}
