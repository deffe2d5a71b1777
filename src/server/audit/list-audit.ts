/** Reads the audit, newest first. Ids sort by time, so a moment is a range of ids. */
import type pg from 'pg'
import { FanwiseError } from '#base/errors.ts'
import type { JsonObject } from '#base/json.ts'
import { parsePublicId, publicId, uuidFloor } from '#base/ids.ts'
import { cursorUuid, toPage, type Page, type PageRequest } from '#server/page.ts'

export interface AuditActor {
  kind: 'person' | 'key' | 'fanwise'
  /** `usr_…` or `key_…`; null = Fanwise itself, or a key whose use was recorded before keys were named here. */
  id: string | null
  name: string
  /** Of a key: who made it, as far as that is known. */
  madeBy: string | null
}

export interface AuditEntry {
  id: string
  at: string
  actor: AuditActor
  /** `connection.rename` and the like. */
  action: string
  /** What people call the thing. */
  target: string
  detail: JsonObject | null
}

export interface AuditFilter {
  /** `usr_…`, `key_…`, or `fanwise`. */
  who?: string
  /** A whole action, or what is before its dot. */
  action?: string
  /** Part of the thing's name, or of a name in the details. */
  thing?: string
  since?: number
  until?: number
}

interface Row {
  id: string
  at: Date
  actor_id: string | null
  actor: string
  action: string
  target: string
  detail: JsonObject | null
  person: string | null
  key_name: string | null
  made_by: string | null
}

const nowhere = '00000000-0000-0000-0000-000000000000'
const actorColumns = `a.actor_id::text, a.actor, coalesce(u.name, u.email) as person, k.name as key_name, coalesce(m.name, m.email) as made_by`
const actorJoins = `left join user_account u on u.id = a.actor_id
  left join api_key k on k.workspace_id = a.workspace_id and k.id = a.actor_id
  left join user_account m on m.id = k.created_by`

/** @throws bad_request when the filter names nobody that could be */
export async function listAudit(pool: pg.Pool, workspaceId: string, filter: AuditFilter, page: PageRequest): Promise<Page<AuditEntry>> {
  const { rows } = await pool.query<Row>({
    name: 'audit-list',
    text: `select a.id::text, a.at, a.action, a.target, a.detail, ${actorColumns} from audit_entry a ${actorJoins}
      where a.workspace_id = $1 and a.id < $2::uuid and a.id >= $3::uuid
        and ($4::uuid is null or case when $4 = '${nowhere}'::uuid then a.actor_id is null else a.actor_id = $4 end)
        and ($5::text is null or a.action = $5 or starts_with(a.action, $5 || '.'))
        and ($6::text is null or strpos(lower(a.target || ' ' || coalesce(a.detail::text, '')), lower($6)) > 0)
      order by a.id desc limit $7`,
    values: [
      workspaceId, before(page.cursor, filter.until), uuidFloor(filter.since ?? 0), filter.who === undefined ? null : actorUuid(filter.who), filter.action ?? null,
      filter.thing?.trim() || null, page.limit + 1,
    ],
  })
  return toPage(rows.map(entryOf), page.limit)
}

const lookedAt = 20_000

/** Who has done something, of the newest entries: for the choice of one. */
export async function auditActors(pool: pg.Pool, workspaceId: string): Promise<AuditActor[]> {
  const { rows } = await pool.query<Row>({
    name: 'audit-actors',
    text: `select distinct on (a.actor_id) ${actorColumns}
      from (select * from audit_entry where workspace_id = $1 order by id desc limit ${lookedAt}) a ${actorJoins} order by a.actor_id, a.id desc`,
    values: [workspaceId],
  })
  const kinds = ['person', 'key', 'fanwise']
  return rows.map(actorOfRow).sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || a.name.localeCompare(b.name))
}

function entryOf(row: Row): AuditEntry {
  return { id: publicId('aud', row.id), at: row.at.toISOString(), actor: actorOfRow(row), action: row.action, target: row.target, detail: row.detail }
}

function actorOfRow(row: Pick<Row, 'actor_id' | 'actor' | 'person' | 'key_name' | 'made_by'>): AuditActor {
  if (row.key_name !== null) return { kind: 'key', id: publicId('key', row.actor_id!), name: row.key_name, madeBy: row.made_by }
  if (row.actor_id !== null) return { kind: 'person', id: publicId('usr', row.actor_id), name: row.person ?? row.actor, madeBy: null }
  return row.actor === 'Fanwise' ? { kind: 'fanwise', id: null, name: 'Fanwise', madeBy: null } : { kind: 'key', id: null, name: row.actor, madeBy: null }
}

/** The first id that is not looked at any more. */
function before(cursor: string | undefined, until: number | undefined): string {
  const last = 'ffffffff-ffff-ffff-ffff-ffffffffffff'
  const behind = cursorUuid('aud', cursor) ?? last
  const end = until === undefined ? last : uuidFloor(until)
  return behind < end ? behind : end
}

function actorUuid(who: string): string {
  if (who === 'fanwise') return nowhere
  const uuid = parsePublicId('usr', who) ?? parsePublicId('key', who)
  if (uuid === null) throw new FanwiseError('bad_request', `“${who.slice(0, 60)}” is neither a person nor a key.`, { field: 'who', fix: 'Give an id that the audit itself shows (usr_…, key_…), or fanwise.' })
  return uuid
}
