/** Reads what is recorded of runs that are taken up again; those of one moment share the queries. */
import type pg from 'pg'
import { runLoad } from '#engine/sql/run-advance.ts'
import { uuids } from '#engine/sql/arrays.ts'
import type { ErrorShape } from '#base/errors.ts'
import type { Json } from '#base/json.ts'

export interface RecordedWait {
  kind: 'sleep' | 'event' | 'invoke' | 'gather' | 'canary' | 'signal' | 'approval'
  resolved: boolean
  result: unknown
  input: unknown
  /** Until it expires; ≤ 0 = it has. Null = never. */
  expiresInMs: number | null
  ageMs: number
}

export interface Recorded {
  steps: { step: string; status: number; port: string | null; output: Json; error: ErrorShape | null }[]
  /** Failed tries so far; when the next one is due, and what the last one said. */
  attempts: Map<string, { tries: number; retryInMs: number | null; message: string | null }>
  waits: Map<string, RecordedWait>
  progress: Map<string, { nextIndex: number; total: number; baseMs: number }>
}

interface Ask {
  workspaceId: string
  runId: string
  resolve(recorded: Recorded): void
  reject(error: unknown): void
}

const runsPerLoad = 500

export class RunLoader {
  private asks: Ask[] = []
  private scheduled = false

  constructor(private readonly pool: pg.Pool) {}

  load(workspaceId: string, runId: string): Promise<Recorded> {
    return new Promise((resolve, reject) => {
      this.asks.push({ workspaceId, runId, resolve, reject })
      if (this.scheduled) return
      this.scheduled = true
      setImmediate(() => {
        this.scheduled = false
        while (this.asks.length > 0) void this.run(this.asks.splice(0, runsPerLoad))
      })
    })
  }

  private async run(asks: Ask[]): Promise<void> {
    try {
      const values = [uuids(asks.map((a) => a.workspaceId)), uuids(asks.map((a) => a.runId))]
      const [steps, attempts, waits, progress] = await Promise.all([
        this.pool.query({ ...runLoad.steps, values }), this.pool.query({ ...runLoad.attempts, values }),
        this.pool.query({ ...runLoad.waits, values }), this.pool.query({ ...runLoad.progress, values }),
      ])
      const byRun = new Map<string, Recorded>(asks.map((ask) => [ask.runId, { steps: [], attempts: new Map(), waits: new Map(), progress: new Map() }]))
      for (const row of steps.rows) byRun.get(row.run)!.steps.push({ step: row.step, status: row.status, port: row.port, output: row.output, error: row.error })
      for (const row of attempts.rows) byRun.get(row.run)!.attempts.set(row.step, { tries: row.tries, retryInMs: row.retry_in_ms === null ? null : Number(row.retry_in_ms), message: row.message })
      for (const row of waits.rows) {
        byRun.get(row.run)!.waits.set(row.step, {
          kind: row.kind, resolved: row.resolved, result: row.result, input: row.input,
          expiresInMs: row.expires_in_ms === null ? null : Number(row.expires_in_ms), ageMs: Number(row.age_ms),
        })
      }
      for (const row of progress.rows) byRun.get(row.run)!.progress.set(row.step, { nextIndex: row.next_index, total: row.total, baseMs: row.base_ms })
      for (const ask of asks) ask.resolve(byRun.get(ask.runId)!)
    } catch (error) {
      for (const ask of asks) ask.reject(error)
    }
  }
}
