/**
 * What this process knows of a workspace's connections, secrets and settings: read when a run first needs
 * them, then for five seconds; a change anywhere is told to all processes at once. Values stay
 * encrypted in here until the moment they are used.
 */
import type pg from 'pg'
import { untilAnswered } from '#engine/try-again.ts'
import type { Cipher } from '#server/connections/cipher.ts'
import type { ConnectionConfig, ConnectionKind } from '#server/connections/kinds.ts'

export interface StoredConnection {
  id: string
  name: string
  kind: ConnectionKind
  config: ConnectionConfig
  cipher: Uint8Array
  keyId: string
}

export interface StoredSecret {
  name: string
  hosts: string[]
  cipher: Uint8Array
  keyId: string
}

/** Found by their names, and by those they had before. */
export interface Kept {
  connections: ReadonlyMap<string, StoredConnection>
  secrets: ReadonlyMap<string, StoredSecret>
  settings: Readonly<Record<string, string>>
}

const freshMs = 5000
const workspacesMax = 2000
const nothing: Kept = { connections: new Map(), secrets: new Map(), settings: {} }

interface Entry {
  kept: Kept
  at: number
  loading: Promise<Kept> | null
}

export class Vault {
  private readonly entries = new Map<string, Entry>()

  constructor(private readonly pool: () => pg.Pool, private readonly cipher: Cipher, private readonly plain: Readonly<Record<string, string>>) {}

  async of(workspaceId: string): Promise<Kept> {
    const entry = this.entries.get(workspaceId)
    if (entry !== undefined && performance.now() - entry.at < freshMs) return entry.kept
    return this.load(workspaceId, entry)
  }

  /** `env` of a run, as last read. Costs one look into a map. */
  environment(workspaceId: string): Record<string, string> {
    return (this.entries.get(workspaceId)?.kept ?? { settings: this.plain }).settings
  }

  /** Null when what is known is fresh: the caller then waits for nothing. */
  refresh(workspaceId: string): Promise<void> | null {
    const entry = this.entries.get(workspaceId)
    if (entry !== undefined && performance.now() - entry.at < freshMs) return null
    return this.load(workspaceId, entry).then(() => {})
  }

  /** Something of the workspace was changed. */
  forget(workspaceId: string): void {
    const entry = this.entries.get(workspaceId)
    if (entry === undefined) return
    entry.at = -Infinity
    entry.loading = null
  }

  openConnection(workspaceId: string, connection: StoredConnection): string {
    return this.cipher.open(connection, { workspaceId, kind: 'connection', id: connection.id }, connection.name)
  }

  openSecret(workspaceId: string, secret: StoredSecret): string {
    return this.cipher.open(secret, { workspaceId, kind: 'secret', id: secret.name }, secret.name)
  }

  private load(workspaceId: string, known: Entry | undefined): Promise<Kept> {
    if (known?.loading != null) return known.loading
    if (known === undefined && this.entries.size >= workspacesMax) this.entries.clear()
    const entry: Entry = known ?? { kept: { ...nothing, settings: this.plain }, at: -Infinity, loading: null }
    this.entries.set(workspaceId, entry)
    const startedAt = performance.now()
    // A step that needs them has not failed because Postgres is away for a moment.
    const loading: Promise<Kept> = untilAnswered(() => readKept(this.pool(), workspaceId, this.plain)).then(
      (kept) => {
        // Forgotten while it was being read: what was read may be old.
        if (entry.loading !== loading) return kept
        Object.assign(entry, { kept, at: startedAt, loading: null })
        return kept
      },
      (error) => {
        if (entry.loading === loading) entry.loading = null
        throw error
      },
    )
    entry.loading = loading
    return loading
  }
}

interface Row {
  connections: { id: string; name: string; earlier: string[]; kind: ConnectionKind; config: ConnectionConfig; cipher: string; key_id: string }[] | null
  secrets: { name: string; earlier: string[]; hosts: string[]; cipher: string; key_id: string }[] | null
  settings: Record<string, string> | null
}

async function readKept(pool: pg.Pool, workspaceId: string, plain: Readonly<Record<string, string>>): Promise<Kept> {
  const { rows } = await pool.query<Row>({
    name: 'vault-read',
    text: `select
        (select json_agg(json_build_object('id', id, 'name', name, 'earlier', earlier_names, 'kind', kind, 'config', config, 'cipher', encode(cipher, 'base64'), 'key_id', key_id)) from connection where workspace_id = $1) as connections,
        (select json_agg(json_build_object('name', name, 'earlier', earlier_names, 'hosts', hosts, 'cipher', encode(cipher, 'base64'), 'key_id', key_id)) from secret where workspace_id = $1) as secrets,
        (select json_object_agg(name, value) from setting where workspace_id = $1) as settings`,
    values: [workspaceId],
  })
  const { connections, secrets, settings } = rows[0]!
  return {
    connections: byNames(connections ?? []),
    secrets: byNames(secrets ?? []),
    settings: { ...settings, ...plain },
  }
}

function byNames<T extends { name: string; earlier: string[]; cipher: string; key_id: string }>(rows: T[]): Map<string, Omit<T, 'earlier' | 'cipher' | 'key_id'> & { cipher: Uint8Array; keyId: string }> {
  const found = new Map<string, Omit<T, 'earlier' | 'cipher' | 'key_id'> & { cipher: Uint8Array; keyId: string }>()
  for (const { earlier, cipher, key_id: keyId, ...rest } of rows) {
    const stored = { ...rest, keyId, cipher: Buffer.from(cipher, 'base64') }
    for (const name of [rest.name, ...earlier]) found.set(name, stored)
  }
  return found
}

/** Rows of an earlier key are stored anew with the current one. Answers how many. */
export async function renewKeys(pool: pg.Pool, cipher: Cipher): Promise<number> {
  const { rows } = await pool.query<{ table: 'connection' | 'secret'; workspace_id: string; id: string; name: string; cipher: Buffer; key_id: string }>({
    text: `select 'connection' as table, workspace_id::text, id::text, name, cipher, key_id from connection where key_id <> $1
      union all select 'secret', workspace_id::text, name, name, cipher, key_id from secret where key_id <> $1`,
    values: [cipher.keyId],
  })
  let renewed = 0
  for (const row of rows) {
    if (!cipher.knows(row.key_id)) continue
    const belongs = { workspaceId: row.workspace_id, kind: row.table, id: row.id }
    const sealed = cipher.seal(cipher.open({ cipher: row.cipher, keyId: row.key_id }, belongs, row.name), belongs)
    const { rowCount } = await pool.query({
      text: `update ${row.table} set cipher = $3, key_id = $4 where workspace_id = $1 and ${row.table === 'connection' ? 'id = $2::uuid' : 'name = $2'} and key_id = $5`,
      values: [row.workspace_id, row.id, Buffer.from(sealed.cipher), sealed.keyId, row.key_id],
    })
    renewed += rowCount ?? 0
  }
  return renewed
}
