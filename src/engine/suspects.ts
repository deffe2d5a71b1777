/**
 * Runs whose workers have died again and again. A dead worker held hundreds of runs and most had not even
 * begun, so that alone proves nothing: by killed machines and cut networks, innocent runs get there too.
 * From `crashesOfSuspect` on it is therefore noted, before such a run begins, that it begins. Whoever was
 * noted when a worker died begins again only alone; whoever dies alone, too, is given up.
 */
import type pg from 'pg'
import type { ClaimedJob } from '#engine/lanes.ts'
import type { Session } from '#engine/session.ts'
import { uuids } from '#engine/sql/arrays.ts'
import { suspectBegin, suspectBeginAgain } from '#engine/sql/suspect.ts'

/** Workers that died with the run in hand, before it is suspected. */
export const crashesOfSuspect = 3
/** Once among others, then alone. */
const beginningsMax = 3
/** Whoever brings a worker down does so early on; the next in line does not wait for a run of hours. */
const aloneMs = 10_000

interface Suspect {
  job: ClaimedJob
  /** @param ended to be called when the run is off the worker's books */
  begin(verdict: 'run' | 'give-up', ended: () => void): void
}

export class Suspects {
  private fresh: Suspect[] = []
  private line: Suspect[] = []
  private oneIsAlone = false

  /** @param failed whether something was noted is not known: the jobs stay this session's but do not run */
  constructor(private readonly pool: pg.Pool, private readonly session: Session, private readonly failed: (error: unknown) => void) {}

  take(job: ClaimedJob, begin: Suspect['begin']): void {
    this.fresh.push({ job, begin })
    // Those of one turn of the event loop are noted together.
    if (this.fresh.length === 1) setImmediate(() => void this.beginFresh().catch(this.failed))
  }

  private async beginFresh(): Promise<void> {
    const suspects = this.fresh
    this.fresh = []
    const { rows } = await this.pool.query<{ run: string }>({
      ...suspectBegin, values: [this.session.id, uuids(suspects.map(({ job }) => job.workspace_id)), uuids(suspects.map(({ job }) => job.run_id))],
    })
    const first = new Set(rows.map((row) => row.run))
    for (const suspect of suspects) {
      if (first.has(suspect.job.run_id)) suspect.begin('run', () => {})
      else this.line.push(suspect)
    }
    await this.beginNext()
  }

  private async beginNext(): Promise<void> {
    if (this.oneIsAlone) return
    const suspect = this.line.shift()
    if (suspect === undefined) return
    this.oneIsAlone = true
    const { job } = suspect
    const { rows } = await this.pool.query({ ...suspectBeginAgain, values: [this.session.id, job.workspace_id, job.run_id, beginningsMax] })
    suspect.begin(rows.length > 0 ? 'run' : 'give-up', this.placeOfOne())
  }

  /** Makes room for the next, once: when the run has ended, or after a while. */
  private placeOfOne(): () => void {
    let taken = true
    const free = (): void => {
      if (!taken) return
      taken = false
      clearTimeout(timer)
      this.oneIsAlone = false
      void this.beginNext().catch(this.failed)
    }
    const timer = setTimeout(free, aloneMs)
    timer.unref()
    return free
  }
}
