/** The playground's rows: settings of each service and what it received. Batched, so thousands a second are cheap. */
import type pg from 'pg'
import { newUuid, parsePublicId, publicId } from '#base/ids.ts'
import type { Json } from '#base/json.ts'
import { createBatcher } from '#playground/batch.ts'
import { defaultSettings, playgroundServices, type PlaygroundMode, type PlaygroundServiceName, type PlaygroundSettings } from '#playground/services.ts'

export interface ReceivedRequest {
  id: string
  method: string
  path: string
  body: Json
  idempotencyKey: string | null
  /** The HTTP status it was answered with. */
  answered: number
  at: string
}

interface NewRequest {
  workspaceId: string
  service: PlaygroundServiceName
  method: string
  path: string
  body: Json
  idempotencyKey: string | null
  answered: number
}

interface Store {
  settings(key: { workspaceId: string; service: PlaygroundServiceName }): Promise<PlaygroundSettings>
  record(request: NewRequest): Promise<void>
}

const stores = new WeakMap<pg.Pool, Store>()

export function playgroundStore(pool: pg.Pool): Store {
  let store = stores.get(pool)
  if (store === undefined) stores.set(pool, (store = { settings: createBatcher((keys) => readSettings(pool, keys)), record: createBatcher((rows) => insertRequests(pool, rows)) }))
  return store
}

interface SettingsRow {
  workspace_id: string
  service: PlaygroundServiceName
  mode: PlaygroundMode
  delay_ms: number | null
  status: number | null
  items: number | null
}

async function readSettings(pool: pg.Pool, keys: { workspaceId: string; service: PlaygroundServiceName }[]): Promise<PlaygroundSettings[]> {
  const { rows } = await pool.query<SettingsRow>({
    name: 'playground-settings',
    text: 'select workspace_id, service, mode, delay_ms, status, items from playground_service where workspace_id = any($1::uuid[])',
    values: [[...new Set(keys.map((key) => key.workspaceId))]],
  })
  const known = new Map(rows.map((row) => [`${row.workspace_id} ${row.service}`, fromRow(row)]))
  return keys.map((key) => known.get(`${key.workspaceId} ${key.service}`) ?? defaultSettings)
}

function fromRow(row: SettingsRow): PlaygroundSettings {
  return {
    mode: row.mode,
    ...(row.delay_ms === null ? {} : { delayMs: row.delay_ms }),
    ...(row.status === null ? {} : { status: row.status }),
    ...(row.items === null ? {} : { items: row.items }),
  }
}

async function insertRequests(pool: pg.Pool, requests: NewRequest[]): Promise<undefined[]> {
  await pool.query({
    name: 'playground-request-insert',
    text: `insert into playground_request (workspace_id, id, service, method, path, body, idempotency_key, answered)
      select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::json[], $7::text[], $8::smallint[])`,
    values: [
      requests.map((one) => one.workspaceId), requests.map(() => newUuid()), requests.map((one) => one.service), requests.map((one) => one.method),
      requests.map((one) => one.path.slice(0, 2000)), requests.map((one) => storedBody(one.body)), requests.map((one) => one.idempotencyKey), requests.map((one) => one.answered),
    ],
  })
  return requests.map(() => undefined)
}

const storedBodyMax = 64_000

function storedBody(body: Json): string | null {
  if (body === null) return null
  // JSON text may hold the escape of U+0000, which Postgres refuses only in jsonb; json keeps it.
  const text = JSON.stringify(body)
  return text.length <= storedBodyMax ? text : JSON.stringify({ truncated: true, characters: text.length, start: text.slice(0, 2000) })
}

/** Settings of every service of a workspace. */
export async function allSettings(pool: pg.Pool, workspaceId: string): Promise<Record<PlaygroundServiceName, PlaygroundSettings>> {
  const found = await readSettings(pool, playgroundServices.map((service) => ({ workspaceId, service })))
  return Object.fromEntries(playgroundServices.map((service, index) => [service, found[index]])) as Record<PlaygroundServiceName, PlaygroundSettings>
}

/** Replaces a service's settings; what is left out returns to its default. */
export async function changeSettings(pool: pg.Pool, workspaceId: string, service: PlaygroundServiceName, settings: PlaygroundSettings): Promise<void> {
  await pool.query({
    text: `insert into playground_service (workspace_id, service, mode, delay_ms, status, items) values ($1, $2, $3, $4, $5, $6)
      on conflict (workspace_id, service) do update set mode = excluded.mode, delay_ms = excluded.delay_ms, status = excluded.status, items = excluded.items`,
    values: [workspaceId, service, settings.mode, settings.delayMs ?? null, settings.status ?? null, settings.items ?? null],
  })
}

/** Changes what is given and leaves the rest, so that changes made at the same time all hold. */
export async function adjustSettings(pool: pg.Pool, workspaceId: string, service: PlaygroundServiceName, settings: Partial<PlaygroundSettings>): Promise<void> {
  await pool.query({
    text: `insert into playground_service as s (workspace_id, service, mode, delay_ms, status, items) values ($1, $2, coalesce($3, $7), $4, $5, $6)
      on conflict (workspace_id, service) do update
      set mode = coalesce($3, s.mode), delay_ms = coalesce($4, s.delay_ms), status = coalesce($5, s.status), items = coalesce($6, s.items)`,
    values: [workspaceId, service, settings.mode ?? null, settings.delayMs ?? null, settings.status ?? null, settings.items ?? null, defaultSettings.mode],
  })
}

interface RequestRow {
  id: string
  method: string
  path: string
  body: string | null
  idempotency_key: string | null
  answered: number
  at_ms: number
}

/** What a service received, newest first. `cursor` is the id of the last one seen. */
export async function receivedBy(
  pool: pg.Pool, workspaceId: string, service: PlaygroundServiceName, page: { cursor?: string; limit: number },
): Promise<{ data: ReceivedRequest[]; nextCursor: string | null }> {
  const before = page.cursor === undefined ? null : parsePublicId('req', page.cursor)
  const { rows } = await pool.query<RequestRow>({
    text: `select id, method, path, body::text as body, idempotency_key, answered, (extract(epoch from at) * 1000)::float8 as at_ms
      from playground_request
      where workspace_id = $1 and service = $2 and ($3::uuid is null or id < $3)
      order by id desc limit $4`,
    values: [workspaceId, service, before, page.limit + 1],
  })
  const data = rows.slice(0, page.limit).map((row) => ({
    id: publicId('req', row.id), method: row.method, path: row.path, body: row.body === null ? null : (JSON.parse(row.body) as Json),
    idempotencyKey: row.idempotency_key, answered: row.answered, at: new Date(row.at_ms).toISOString(),
  }))
  return { data, nextCursor: rows.length > page.limit ? (data.at(-1)?.id ?? null) : null }
}

export async function countReceived(pool: pg.Pool, workspaceId: string): Promise<Partial<Record<PlaygroundServiceName, number>>> {
  const { rows } = await pool.query<{ service: PlaygroundServiceName; count: number }>({
    text: 'select service, count(*)::int as count from playground_request where workspace_id = $1 group by service',
    values: [workspaceId],
  })
  return Object.fromEntries(rows.map((row) => [row.service, row.count]))
}

/** Forgets what a service received. */
export async function clearReceived(pool: pg.Pool, workspaceId: string, service: PlaygroundServiceName): Promise<void> {
  await pool.query({ text: 'delete from playground_request where workspace_id = $1 and service = $2', values: [workspaceId, service] })
}
