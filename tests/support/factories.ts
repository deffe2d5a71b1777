/** Small definitions for engine tests, and their way into the database as a publish would write them. */
import type pg from 'pg'
import { newUuid } from '#base/ids.ts'
import type { JsonObject } from '#base/json.ts'
import type { FunctionDefinition, StepDefinition } from '#graph/definition.ts'
import type { StepKind } from '#steps/kind.ts'

export function step(id: string, kind: StepKind, config: JsonObject, after: (string | { step: string; port: string })[] = [], extra: Partial<StepDefinition> = {}): StepDefinition {
  return {
    id, nodeId: `n_${id}`, name: id, kind, config,
    after: after.map((edge) => (typeof edge === 'string' ? { step: edge, port: 'out' } : edge)),
    ...extra,
  }
}

export const transform = (id: string, fields: Record<string, string>, after: (string | { step: string; port: string })[] = []): StepDefinition =>
  step(id, 'transform', { fields: Object.entries(fields).map(([name, value]) => ({ name, value })) }, after)

export function fn(slug: string, event: string | null, steps: StepDefinition[], extra: Partial<FunctionDefinition> = {}): FunctionDefinition {
  return {
    slug, name: slug, nodeId: `n_${slug}`,
    triggers: event === null ? [] : [{ type: 'event', event }],
    retries: 0, backoff: { baseMs: 1, factor: 1, maxMs: 1, jitter: 0 },
    steps, hash: newUuid(), ...extra,
  }
}

/** A workspace row; answers its id. */
export async function createWorkspace(pool: pg.Pool): Promise<string> {
  const id = newUuid()
  await pool.query(`insert into workspace (id, slug, name) values ($1, $2, 'Test')`, [id, `w-${id.slice(-12)}`])
  return id
}

/** Function rows, versions, schedules, wait names and the new epoch, in one transaction. Answers the ids by slug. */
export async function publish(pool: pg.Pool, workspaceId: string, definitions: FunctionDefinition[]): Promise<Record<string, string>> {
  const ids: Record<string, string> = {}
  const client = await pool.connect()
  try {
    await client.query('begin')
    for (const definition of definitions) {
      const id = newUuid()
      const { rows } = await client.query<{ id: string; current_version: number }>(
        `insert into function (workspace_id, id, workflow_id, slug, name, current_version) values ($1, $2, $2, $3, $3, 1)
         on conflict (workspace_id, slug) do update set current_version = function.current_version + 1 returning id, current_version`,
        [workspaceId, id, definition.slug],
      )
      ids[definition.slug] = rows[0]!.id
      await client.query(
        'insert into function_version (workspace_id, function_id, version, hash, definition) values ($1, $2, $3, $4, $5)',
        [workspaceId, rows[0]!.id, rows[0]!.current_version, definition.hash, JSON.stringify(definition)],
      )
      for (const each of definition.steps) {
        if (each.kind === 'wait') await client.query('insert into wait_name (workspace_id, name) values ($1, $2) on conflict do nothing', [workspaceId, String(each.config['event'])])
      }
    }
    await client.query('update workspace set route_epoch = route_epoch + 1 where id = $1', [workspaceId])
    await client.query('commit')
  } finally {
    client.release()
  }
  return ids
}
