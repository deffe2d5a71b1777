/** How the queue as a whole is: for /metrics, and for the notice that no worker is there. */
import type pg from 'pg'
import { uuidTime } from '#base/ids.ts'
import type { JobState } from '#engine/states.ts'

export interface QueueHealth {
  jobs: Record<JobState, number>
  /** Of runs that have not started; 0 when none waits. */
  oldestQueuedSeconds: number
  workersAlive: number
}

export async function queueHealth(pool: pg.Pool): Promise<QueueHealth> {
  const [jobs, workers] = await Promise.all([
    pool.query<{ state: JobState; count: number; oldest: string | null; now_ms: number }>({
      name: 'queue-jobs',
      text: `select state, count(*)::int as count, min(run_id::text) filter (where state = 'q' and not progress) as oldest,
          (extract(epoch from clock_timestamp()) * 1000)::float8 as now_ms from job group by state`,
    }),
    pool.query<{ alive: number }>({ name: 'queue-workers', text: 'select count(*)::int as alive from worker where lease_until > clock_timestamp()' }),
  ])
  const health: QueueHealth = { jobs: { q: 0, r: 0, t: 0, w: 0, h: 0 }, oldestQueuedSeconds: 0, workersAlive: workers.rows[0]!.alive }
  for (const { state, count, oldest, now_ms } of jobs.rows) {
    health.jobs[state] = count
    if (oldest !== null) health.oldestQueuedSeconds = Math.max(0, (now_ms - uuidTime(oldest)) / 1000)
  }
  return health
}

/** A lease is prolonged three times in its 15 s; one that ended 25 s ago was last prolonged about 40 s ago. */
const unseenSince = `interval '25 seconds'`
const waitsLongerMs = 40_000

/** Runs of the workspace wait, and no worker of any process has been seen for 40 s. */
export async function workerIsGone(pool: pg.Pool, workspaceId: string): Promise<boolean> {
  const { rows } = await pool.query<{ gone: boolean }>({
    name: 'worker-gone',
    text: `select not exists (select 1 from worker where lease_until > clock_timestamp() - ${unseenSince}) and exists (
        select 1 from job where workspace_id = $1 and state = 'q'
          and ('x' || left(replace(run_id::text, '-', ''), 12))::bit(48)::bigint < extract(epoch from clock_timestamp()) * 1000 - $2
      ) as gone`,
    values: [workspaceId, waitsLongerMs],
  })
  return rows[0]!.gone
}
