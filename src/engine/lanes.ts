/**
 * The worker's own book of lanes: which slots it holds, which claimed jobs wait for one, how many
 * runs execute. Admission is decided here, in memory: the database is asked for slots in bulk, so
 * a limit costs no row per run. A run gives its slot back the moment its work has ended, before
 * the commit that records it; the limit counts runs that execute.
 */
export interface ClaimedJob {
  workspace_id: string
  lane_id: string
  run_id: string
  progress: boolean
  crashes: number
  /** The hold, throttle or second limit that has let it go. */
  hold_id: string | null
  /** The throttle it has been given a time by, whatever has held it since. */
  stood: string | null
  /** It has a time by which it must start, or end. */
  timed: boolean
  function_id: string
  version: number
  /** It repeats an earlier run. */
  again: boolean
  event_id: string
  parent_run_id: string | null
  parent_step: string | null
  started_ms: number | null
  event_name: string
  event_ts: number
  event_v: string | null
  event_source: string
  event_ref: string | null
  /** The run whose step emitted the event. */
  event_emit_run: string | null
  /** Null when it is too large to be sent ahead. */
  event_data: unknown
  /** The events of a batched run, in order; loaded when it starts. */
  batch?: { id: string; name: string; data: unknown; ts: number; v?: string }[]
  /** performance.now() of when it came here. */
  since?: number
}

export interface LocalLane {
  workspaceId: string
  id: string
  /** Infinity without a limit. */
  slots: number
  /** So many of them go back as runs end: more is granted than the limit allows by now. */
  surplus: number
  executing: number
  waiting: ClaimedJob[]
  /** Jobs that may wait here at most; fewer once they were seen to wait for long. */
  ahead: number
  /** Runs begun, and jobs that waited, when it was last measured. */
  begun: number
  waited: number
  /** The last look found fewer jobs than asked for. */
  dry: boolean
  drySince: number
  /** In the ring of lanes that can start something. */
  listed: boolean
}

export class LocalLanes {
  private readonly lanes = new Map<string, LocalLane>()
  private ring: LocalLane[] = []
  executing = 0
  waiting = 0

  get(workspaceId: string, id: string, limited: boolean): LocalLane {
    let lane = this.lanes.get(id)
    if (lane === undefined) {
      lane = { workspaceId, id, slots: limited ? 0 : Infinity, surplus: 0, executing: 0, waiting: [], ahead: Infinity, begun: 0, waited: 0, dry: false, drySince: 0, listed: false }
      this.lanes.set(id, lane)
    }
    return lane
  }

  find(id: string): LocalLane | undefined {
    return this.lanes.get(id)
  }

  all(): IterableIterator<LocalLane> {
    return this.lanes.values()
  }

  add(job: ClaimedJob): void {
    const lane = this.lanes.get(job.lane_id) ?? this.get(job.workspace_id, job.lane_id, false)
    job.since = performance.now()
    lane.waiting.push(job)
    this.waiting += 1
    this.list(lane)
  }

  /** Jobs that wait here and whose runs have been ended: off the book. */
  drop(runs: ReadonlySet<string>): void {
    if (this.waiting === 0) return
    for (const lane of this.lanes.values()) {
      const before = lane.waiting.length
      if (before > 0) lane.waiting = lane.waiting.filter((job) => !runs.has(job.run_id))
      this.waiting -= before - lane.waiting.length
    }
  }

  /** Next job that may start now, round robin over the lanes; its slot is taken. */
  take(): { job: ClaimedJob; lane: LocalLane } | null {
    while (this.ring.length > 0) {
      const lane = this.ring.shift()!
      lane.listed = false
      if (lane.waiting.length === 0 || lane.executing >= lane.slots - lane.surplus) continue
      const job = lane.waiting.shift()!
      lane.executing += 1
      lane.begun += 1
      this.executing += 1
      this.waiting -= 1
      this.list(lane)
      return { job, lane }
    }
    return null
  }

  /** The run's work has ended or pauses: its slot is free. */
  release(lane: LocalLane): void {
    lane.executing -= 1
    this.executing -= 1
    this.list(lane)
  }

  /** The lane's waiting jobs behind the first so many, off the book. */
  takeWaiting(lane: LocalLane, behind = 0): ClaimedJob[] {
    const jobs = lane.waiting.splice(behind)
    this.waiting -= jobs.length
    return jobs
  }

  forget(lane: LocalLane): void {
    this.lanes.delete(lane.id)
  }

  /** After its slots have changed: true when something of it can start now. */
  mayStart(lane: LocalLane): boolean {
    this.list(lane)
    return lane.listed
  }

  private list(lane: LocalLane): void {
    if (lane.listed || lane.waiting.length === 0 || lane.executing >= lane.slots - lane.surplus) return
    lane.listed = true
    this.ring.push(lane)
  }
}

/** The event that began a run, as conditions and keys read it. */
export const eventOf = (job: ClaimedJob) => ({ id: job.event_id, name: job.event_name, data: job.event_data, ts: job.event_ts, ...(job.event_v === null ? {} : { v: job.event_v }) })
