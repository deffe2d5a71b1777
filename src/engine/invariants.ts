/** What must be 0 at every moment. Asked by /readyz (recent runs only) and, whole, by tests. */
import type pg from 'pg'
import { uuidFloor } from '#base/ids.ts'
import { fanOutSent } from '#engine/sql/fan-out.ts'

const counters = {
  runsWithoutJob: `select count(*)::int as n from run r where r.status = 0 and r.id >= $1::uuid
    and not exists (select 1 from job j where j.workspace_id = r.workspace_id and j.run_id = r.id)`,
  jobsWithoutRun: `select count(*)::int as n from job j where j.run_id >= $1::uuid and not exists (
    select 1 from run r where r.workspace_id = j.workspace_id and r.id = j.run_id and r.status = 0)`,
  slotsWithoutHolder: `select count(*)::int as n from lane l where l.granted > 0 and $1::uuid is not null and l.granted <> coalesce((
    select sum(s.slots) from lane_slot s where s.workspace_id = l.workspace_id and s.lane_id = l.id), 0)`,
  // A run that failed beside its emit may be retried: the emit then goes on from there.
  emitsWithoutJob: `select count(*)::int as n from emit_progress p where p.run_id >= $1::uuid
    and not exists (select 1 from job j where j.workspace_id = p.workspace_id and j.run_id = p.run_id)
    and not exists (select 1 from run r where r.workspace_id = p.workspace_id and r.id = p.run_id and r.status = 2)`,
  holdsWithoutReason: `select count(*)::int as n from job j where j.state = 'h' and j.run_id >= $1::uuid and j.due is null
    and not exists (select 1 from hold h where h.workspace_id = j.workspace_id and h.id = j.hold_id)
    and j.why->>'kind' is distinct from 'limit'`,
  countsBeyondRuns: `select count(*)::int as n from fan_out f where f.run_id >= $1::uuid and f.runs < (
    select coalesce(sum(c.done + c.failed + c.cancelled), 0) from fan_out_count c where c.workspace_id = f.workspace_id and c.fan_out_id = f.id)`,
  // Settling is a transaction of its own, which a worker makes within a second: only what is left for three quarters of a minute is forgotten.
  emitsWithoutSettle: `select count(*)::int as n from fan_out f where f.state <> 'settled' and $1::uuid is not null and ${fanOutSent}
    and f.runs <= (select coalesce(sum(c.done + c.failed + c.cancelled), 0) from fan_out_count c where c.workspace_id = f.workspace_id and c.fan_out_id = f.id)
    and not exists (select 1 from workspace w where w.id = f.workspace_id and w.deleted_at is not null)
    and exists (select 1 from worker w where w.lease_until > clock_timestamp() and w.started_at < clock_timestamp() - interval '45 seconds')
    and greatest(f.started_at, (select r.ended_at from run r where r.workspace_id = f.workspace_id and r.id = f.run_id),
      (select s.ended_at from step s where s.workspace_id = f.workspace_id and s.run_id = f.run_id and s.step = f.step),
      (select max(r.ended_at) from run r where r.workspace_id = f.workspace_id
        and r.event_id between f.base_id and overlay(f.base_id::text placing 'ffffffff' from 29)::uuid)) < clock_timestamp() - interval '45 seconds'`,
  jobsOfNobody: `select count(*)::int as n from job j where j.state = 'r' and j.run_id >= $1::uuid and not exists (select 1 from worker w where w.id = j.worker_id)`,
  slotsOfNobody: `select count(*)::int as n from lane_slot s where $1::uuid is not null and not exists (select 1 from worker w where w.id = s.worker_id)`,
}

const recentMs = 15 * 60_000

export type Invariant = keyof typeof counters

/** @param whole look at all of history instead of the last 15 minutes */
export async function checkInvariants(pool: pg.Pool, whole = false): Promise<Record<Invariant, number>> {
  const since = uuidFloor(whole ? 0 : Math.round(performance.timeOrigin + performance.now()) - recentMs)
  const client = await pool.connect()
  try {
    // One snapshot for all counters: between two statements runs end and begin.
    await client.query('begin isolation level repeatable read read only')
    const result: Partial<Record<Invariant, number>> = {}
    for (const [name, text] of Object.entries(counters)) {
      const { rows } = await client.query<{ n: number }>({ name: `invariant-${name}`, text, values: [since] })
      result[name as Invariant] = rows[0]!.n
    }
    await client.query('commit')
    return result as Record<Invariant, number>
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  } finally {
    client.release()
  }
}

/**
 * For the engine's surface: asked anew, and as last known. Looking takes milliseconds or, after a busy
 * quarter of an hour, much longer, so probes and scrapers together make it busy a twentieth of the time.
 */
export function invariantQuestions(pool: pg.Pool): { checkInvariants(): Promise<Record<Invariant, number>>; knownInvariants(): Promise<Record<Invariant, number>> } {
  let validUntil = -Infinity
  let answer: Promise<Record<Invariant, number>> | null = null
  const ask = async (): Promise<Record<Invariant, number>> => {
    const from = performance.now()
    try {
      return await checkInvariants(pool)
    } finally {
      validUntil = performance.now() + 20 * (performance.now() - from)
    }
  }
  return {
    checkInvariants: () => checkInvariants(pool),
    knownInvariants() {
      if (answer === null || performance.now() > validUntil) {
        // While it is under way, everybody waits for the same one.
        validUntil = Infinity
        answer = ask()
        // What went wrong is not remembered.
        answer.catch(() => (answer = null))
      }
      return answer
    },
  }
}
