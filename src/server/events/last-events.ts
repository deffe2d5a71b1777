/** The last stored event of each name, as an editor can carry it, and the list to choose another one from. */
import type pg from 'pg'
import { publicId } from '#base/ids.ts'
import type { Json } from '#base/json.ts'
import { matchesEvent } from '#graph/links.ts'
import { tellingFields } from '#server/runs/telling-value.ts'
import { shorten } from '#server/workflows/shorten.ts'

const namesMost = 50
const charactersEach = 64_000
const charactersRead = 1_000_000
/** A pattern has no index of its own: it is looked for among so many of the newest events. */
const patternLooksAt = 1000
export const recentEventsMost = 20

export interface LastEvent {
  /** Public id. */
  id: string
  name: string
  data: Json
  /** Sender's clock. */
  ts: number
  receivedAt: string
  /** One of those that go first. */
  picked?: true
  /** Characters of the whole payload, when only a shortened one is in here. */
  cut?: number
}

interface Row {
  asked: string
  id: string
  name: string
  data: string
  characters: number
  ts: string
  received_ms: number
}

const columns = `e.id::text as id, e.name, case when length(e.data::text) <= ${charactersRead} then e.data::text else '{}' end as data, length(e.data::text) as characters,
    e.ts::text as ts, (extract(epoch from e.received_at) * 1000)::float8 as received_ms`
const ofNames = `select asked.name as asked, ${columns} from unnest($2::text[]) as asked(name)
  cross join lateral (select * from event where workspace_id = $1 and name = asked.name order by id desc limit 1) e`
const ofPatterns = `with newest as materialized (select id, name from event where workspace_id = $1 order by id desc limit ${patternLooksAt})
  select asked.name as asked, ${columns} from unnest($2::text[]) as asked(name)
  cross join lateral (select id from newest n where starts_with(n.name, left(asked.name, -1)) and length(n.name) >= length(asked.name) order by n.id desc limit 1) n
  join event e on e.workspace_id = $1 and e.id = n.id`
const ofIds = `select '' as asked, ${columns} from event e where e.workspace_id = $1 and e.id = any($2::uuid[])`
const namesOfIds = 'select id::text as id, name from event where workspace_id = $1 and id = any($2::uuid[])'

/** By the name or pattern that was asked for. An event of `first` (row ids) goes before any newer one. */
export async function lastEvents(pool: pg.Pool, workspaceId: string, names: readonly string[], first: readonly string[] = []): Promise<Record<string, LastEvent>> {
  const asked = [...new Set(names)].filter((name) => name !== '').slice(0, namesMost)
  const found = new Map<string, Row>()
  const picked = new Set<string>()
  if (first.length > 0) {
    const wanted = await chosen(pool, workspaceId, asked, first)
    const { rows } = await pool.query<Row>({ name: 'events-first', text: ofIds, values: [workspaceId, [...new Set(wanted.values())]] })
    for (const [name, id] of wanted) {
      const row = rows.find((one) => one.id === id)
      if (row === undefined) continue
      found.set(name, row)
      picked.add(name)
    }
  }
  const rest = asked.filter((name) => !found.has(name))
  const exact = rest.filter((name) => !name.endsWith('*'))
  const patterns = rest.filter((name) => name.endsWith('*'))
  if (exact.length > 0) for (const row of (await pool.query<Row>({ name: 'events-last', text: ofNames, values: [workspaceId, exact] })).rows) found.set(row.asked, row)
  if (patterns.length > 0) for (const row of (await pool.query<Row>({ name: 'events-last-like', text: ofPatterns, values: [workspaceId, patterns] })).rows) found.set(row.asked, row)
  return Object.fromEntries([...found].map(([name, row]) => [name, { ...shown(row), ...(picked.has(name) ? { picked: true as const } : {}) }]))
}

/** Which of these events each name takes, the first of them. */
async function chosen(pool: pg.Pool, workspaceId: string, names: readonly string[], ids: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ id: string; name: string }>({ name: 'events-first-names', text: namesOfIds, values: [workspaceId, ids] })
  const byId = new Map(rows.map((row) => [row.id, row.name]))
  return new Map(names.flatMap((name) => {
    const id = ids.find((one) => byId.has(one) && matchesEvent(name, byId.get(one) as string))
    return id === undefined ? [] : [[name, id] as const]
  }))
}

function shown(row: Row): LastEvent {
  const short = shorten(row.data, charactersEach)
  const cut = short === null || short.cut || row.characters > charactersRead
  return {
    id: publicId('evt', row.id), name: row.name, data: short?.value ?? {}, ts: Number(row.ts), receivedAt: new Date(row.received_ms).toISOString(),
    ...(cut ? { cut: row.characters } : {}),
  }
}

export interface RecentEvent {
  id: string
  name: string
  source: string
  receivedAt: string
  /** What tells it from the others: `["orderId", "A-7"]`. */
  fields: [string, string][]
}

const recentOfName = `select id::text as id, name, source, left(data::text, 2000) as data_start, (extract(epoch from received_at) * 1000)::float8 as received_ms
  from event where workspace_id = $1 and name = $2 order by id desc limit ${recentEventsMost}`
const recentOfPattern = `select n.id::text as id, n.name, n.source, left(n.data::text, 2000) as data_start, (extract(epoch from n.received_at) * 1000)::float8 as received_ms
  from (select * from event where workspace_id = $1 order by id desc limit ${patternLooksAt}) n
  where starts_with(n.name, left($2, -1)) and length(n.name) >= length($2) order by n.id desc limit ${recentEventsMost}`

/** The newest events of a name or pattern, newest first. */
export async function recentEvents(pool: pg.Pool, workspaceId: string, name: string): Promise<RecentEvent[]> {
  const isPattern = name.endsWith('*')
  const { rows } = await pool.query<{ id: string; name: string; source: string; data_start: string; received_ms: number }>({
    name: isPattern ? 'events-recent-like' : 'events-recent', text: isPattern ? recentOfPattern : recentOfName, values: [workspaceId, name],
  })
  return rows.map((row) => ({
    id: publicId('evt', row.id), name: row.name, source: row.source, receivedAt: new Date(row.received_ms).toISOString(), fields: tellingFields(row.data_start, 3),
  }))
}
