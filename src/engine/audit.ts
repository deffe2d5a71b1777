/** Who did what, written in the transaction of the change. Never a value of a secret. */
import type pg from 'pg'
import { newUuid } from '#base/ids.ts'
import { auditInsert } from '#engine/sql/fan-out.ts'

export interface Actor {
  /** The person's id, or the API key's; null = Fanwise itself. */
  id: string | null
  /** As it stands in sentences: "Ada", "the API key Deploy". */
  name: string
}

/** When no person asked. */
export const fanwise: Actor = { id: null, name: 'Fanwise' }

/** @param target what people call the thing: a slug, a name, a public id */
export async function audit(client: pg.ClientBase | pg.Pool, workspaceId: string, by: Actor | null, action: string, target: string, detail: unknown = null): Promise<void> {
  const { id, name } = by ?? fanwise
  await client.query({ ...auditInsert, values: [workspaceId, newUuid(), id, name, action, target, detail === null ? null : JSON.stringify(detail)] })
}
