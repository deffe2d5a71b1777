/** What must be true when all runs have ended, read from the database and from what the service saw. */
import { checkInvariants } from '#engine/invariants.ts'
import type { World } from '#tests/chaos/world.ts'
import { until } from '#tests/support/until.ts'

/** Sentences about what is wrong; none is the only good answer. */
export async function breachesOf(world: World): Promise<string[]> {
  const breaches: string[] = []
  const zero = async (what: string, sql: string) => {
    const n = await world.count(sql)
    if (n !== 0) breaches.push(`${n} ${what}`)
  }
  await zero('runs have not ended', 'select count(*) from run where workspace_id = $1 and status = 0')
  await zero('jobs are left', 'select count(*) from job where workspace_id = $1')
  await zero('emits are left half sent', 'select count(*) from emit_progress where workspace_id = $1')
  await zero('runs are doubled for one event and function', `select count(*) from (
    select 1 from run where workspace_id = $1 and retry_of is null group by event_id, function_id having count(*) > 1) t`)
  await zero('events have no run of a function that subscribes to them', `select count(*) from event e
    join function_version v on v.workspace_id = e.workspace_id and v.version > 0
    where e.workspace_id = $1 and exists (select 1 from json_array_elements(v.definition->'triggers') t where t->>'event' = e.name)
    and not exists (select 1 from run r where r.workspace_id = e.workspace_id and r.event_id = e.id and r.function_id = v.function_id)`)
  await zero('completed runs lack a step, or have one too many', `select count(*) from run r
    join function_version v on v.workspace_id = r.workspace_id and v.function_id = r.function_id and v.version = r.version
    where r.workspace_id = $1 and r.status = 1 and json_array_length(v.definition->'steps') <>
      (select count(*) from step s where s.workspace_id = r.workspace_id and s.run_id = r.id)`)
  await zero('items were emitted twice', `select count(*) from (
    select 1 from event where workspace_id = $1 and data->>'n' is not null group by name, data->>'n' having count(*) > 1) t`)
  const { rows } = { rows: await world.query<{ step: string; total: number; got: number }>(`select f.step, f.total, (
    select count(*)::int from event e where e.workspace_id = f.workspace_id and e.emit_run_id = f.run_id and e.name = f.event_name) as got
    from fan_out f where f.workspace_id = $1`, [world.workspace]) }
  for (const { step, total, got } of rows) if (total !== got) breaches.push(`${step} sent ${got} of ${total} items`)
  // Settling follows the last child within a second; what is told twice or never stays so.
  await until(async () => (await world.count(`select count(*) from fan_out where workspace_id = $1 and state <> 'settled'`)) === 0, 'all fan-outs settle', 15_000).catch((error: unknown) => breaches.push(String(error)))
  await zero('fan-outs were not told to be settled exactly once', `select count(*) from fan_out f where f.workspace_id = $1
    and (select count(*) from event e where e.workspace_id = f.workspace_id and e.name = 'fanwise/fan-out.settled' and e.emit_run_id = f.run_id and e.source_ref = f.step) <> 1`)
  const unstable = [...world.service.calls.values()].filter(({ keys }) => keys.size > 1).length
  if (unstable > 0) breaches.push(`${unstable} steps changed their idempotency key between attempts`)
  const client = await world.connect()
  try {
    const pool = { connect: async () => Object.assign(client, { release: () => {} }) }
    for (const [name, n] of Object.entries(await checkInvariants(pool as never, true))) if (n !== 0) breaches.push(`invariant ${name} is ${n}`)
  } finally {
    await client.end()
  }
  return breaches
}

/** Every number got its call, and a call that succeeded; answers what is missing. */
export function missingCalls(world: World, count: number): string[] {
  let missing = 0
  for (let n = 0; n < count; n++) if ((world.service.calls.get(n)?.answered ?? 0) === 0) missing++
  return missing === 0 ? [] : [`${missing} items never reached the service`]
}
