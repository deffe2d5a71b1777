/** A workspace with a past: what history and retention are measured with. */
import type pg from 'pg'

/**
 * Runs number `first` to `to` of the workspace's only function with their events: ended ones with a step each, one in
 * a hundred failed, and from `endedTo` on waiting ones. Number 0 is `daysAgo` days old, each next one a second younger.
 */
export async function fill(pool: pg.Pool, workspace: string, { first = 0, endedTo, to = endedTo, daysAgo = 10 }: { first?: number; endedTo: number; to?: number; daysAgo?: number }): Promise<void> {
  const fnId = (await pool.query<{ id: string }>('select id from function where workspace_id = $1', [workspace])).rows[0]!.id
  // One moment for all tables: their ids must agree.
  const { rows } = await pool.query<{ ms: string }>('select (extract(epoch from now()) * 1000)::bigint - $1::bigint as ms', [daysAgo * 86_400_000])
  const id = (kind: string) => `(lpad(to_hex(${rows[0]!.ms} + n * 860), 12, '0') || '7${kind}00' || '8000' || lpad(to_hex(n), 12, '0'))::uuid`
  const endedAt = `to_timestamp((${rows[0]!.ms} + n * 860) / 1000.0)`
  const step = 100_000
  for (let from = first; from < to;) {
    const ended = from < endedTo
    const last = Math.min(from + step, ended ? endedTo : to) - 1
    await pool.query(`insert into event (workspace_id, id, name, data, ts, source) select $1, ${id('1')}, case when n % 3 = 0 then 'work/asked' else 'other/thing' end, '{"user":"u"}', 0, 'api' from generate_series($2::bigint, $3::bigint) n`, [workspace, from, last])
    await pool.query(`insert into run (workspace_id, id, function_id, version, event_id, status, started_at, ended_at) select $1, ${id('2')}, $4, 1, ${id('1')}, ${ended ? `case when n % 100 = 0 then 2 else 1 end, ${endedAt}, ${endedAt}` : '0, now(), null'} from generate_series($2::bigint, $3::bigint) n`, [workspace, from, last, fnId])
    if (ended) {
      await pool.query(`insert into step (workspace_id, run_id, step, attempt, status, port, started_at, ended_at, output) select $1, ${id('2')}, 'build', 1, 1, 'out', ${endedAt}, ${endedAt}, '{"user":"u"}' from generate_series($2::bigint, $3::bigint) n`, [workspace, from, last])
      await pool.query(`insert into failure (workspace_id, run_id, function_id, step, told_at) select $1, ${id('2')}, $4, 'build', now() from generate_series($2::bigint, $3::bigint) n where n % 100 = 0`, [workspace, from, last, fnId])
    } else {
      await pool.query(`insert into job (workspace_id, run_id, lane_id, state, due, progress) select $1, ${id('2')}, $4, 't', now() + interval '1 day', true from generate_series($2::bigint, $3::bigint) n`, [workspace, from, last, fnId])
    }
    from = last + 1
  }
  await pool.query('vacuum analyze')
  // As after days: not while what was just poured in is still being written to its files.
  await pool.query('checkpoint')
}
