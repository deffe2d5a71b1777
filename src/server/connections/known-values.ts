/** Names of what a workspace's steps may use: for the compiler and for pickers. No values. */
import type { KnownValues } from '#graph/compile/catalog.ts'
import { connectionConfig, hostsOf, type ConnectionConfig } from '#server/connections/kinds.ts'
import { db, type Database, type Transaction } from '#server/db.ts'

export async function knownValues(workspaceId: string, within: Transaction | Database = db()): Promise<KnownValues> {
  const rows = await within.$queryRaw<{ what: 'connection' | 'secret' | 'setting'; name: string; earlier: string[]; config: unknown; hosts: string[] | null }[]>`
    select 'connection' as what, name, earlier_names as earlier, config, null::text[] as hosts from connection where workspace_id = ${workspaceId}::uuid
    union all select 'secret', name, earlier_names, null, hosts from secret where workspace_id = ${workspaceId}::uuid
    union all select 'setting', name, '{}', null, null from setting where workspace_id = ${workspaceId}::uuid
    order by 2`
  return {
    connections: rows.flatMap((row) => (row.what === 'connection' ? [known(row.name, row.earlier, connectionConfig.parse(row.config))] : [])),
    secrets: rows.flatMap((row) => (row.what === 'secret' ? [{ name: row.name, hosts: row.hosts ?? [], ...withEarlier(row.earlier) }] : [])),
    settings: rows.flatMap((row) => (row.what === 'setting' ? [row.name] : [])),
  }
}

function known(name: string, earlier: string[], config: ConnectionConfig): KnownValues['connections'][number] {
  return { name, hosts: hostsOf(config), ...(config.baseUrl === undefined ? {} : { baseUrl: config.baseUrl }), ...(config.callsPerMinute === undefined ? {} : { callsPerMinute: config.callsPerMinute }), ...withEarlier(earlier) }
}

const withEarlier = (earlier: string[]): { earlier?: string[] } => (earlier.length === 0 ? {} : { earlier })
