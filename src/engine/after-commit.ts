/** What the engine does once something has been committed: screens hear of it, workers look, signals sound. */
import type { EndedRun } from '#engine/end-runs.ts'
import type { Hub } from '#engine/live.ts'
import type { Signals } from '#engine/signals.ts'
import type { Plan } from '#engine/store-events.ts'

interface RunOf {
  workspaceId: string
  runId: string
}

export interface AfterCommit {
  /** New events, with their runs. @param taken those that a worker has begun already */
  stored(plan: Plan, taken?: ReadonlySet<string>): void
  /** Waiting runs may go on. */
  woken(runs: RunOf[]): void
  changed(runs: RunOf[]): void
  /** Runs that were ended from outside: whoever waits for them may go on, and their places are free. */
  ended(runs: EndedRun[]): void
}

const shownMost = 60

/** @param wake jobs were queued @param cancelled stores what the workspace wants to hear of it */
export function afterCommit(hub: Hub, signals: Signals, wake: () => void, cancelled: (runs: EndedRun[]) => void): AfterCommit {
  const changed = (runs: RunOf[]) => {
    for (const run of runs) hub.runChanged(run.workspaceId, run.runId)
  }
  return {
    changed,
    woken(runs) {
      changed(runs)
      wake()
    },
    stored(plan, taken) {
      for (const event of plan.events) hub.eventsChanged(event.workspaceId)
      changed(plan.runs.slice(0, shownMost))
      if (signals.has('event.stored') && plan.events[0] !== undefined) signals.emit('event.stored', { workspaceId: plan.events[0].workspaceId, events: plan.events.length, runs: plan.runs.length })
      if (plan.runs.length > (taken?.size ?? 0)) wake()
    },
    ended(runs) {
      if (runs.length === 0) return
      changed(runs)
      for (const run of runs) {
        if (run.wokenRunId !== null) hub.runChanged(run.workspaceId, run.wokenRunId)
        signals.emit('run.ended', { workspaceId: run.workspaceId, runId: run.runId, status: 'cancelled' })
      }
      wake()
      cancelled(runs)
    },
  }
}
