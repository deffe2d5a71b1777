/** Tells screens what changed, per workspace, at most four times a second, and other processes too. */
import type { LiveChange, LiveHub } from '#engine/api.ts'

const coalesceMs = 250
const runsMax = 50

interface Pending {
  runs: Set<string>
  more: boolean
  events: boolean
  workflows: Set<string>
  fanOuts: Set<string>
}

export interface HubOptions {
  /** Hands a change to the other processes. */
  publish(workspaceId: string, change: LiveChange): void
}

export class Hub implements LiveHub {
  private readonly listeners = new Map<string, Set<(change: LiveChange) => void>>()
  private readonly pending = new Map<string, Pending>()
  private timer: NodeJS.Timeout | null = null

  constructor(private readonly options: HubOptions) {}

  subscribe(workspaceId: string, listener: (change: LiveChange) => void): () => void {
    let set = this.listeners.get(workspaceId)
    if (set === undefined) this.listeners.set(workspaceId, (set = new Set()))
    set.add(listener)
    return () => {
      set.delete(listener)
      if (set.size === 0) this.listeners.delete(workspaceId)
    }
  }

  workflowChanged(workspaceId: string, workflowId: string): void {
    this.entry(workspaceId).workflows.add(workflowId)
  }

  runsChanged(workspaceId: string, runIds: string[]): void {
    for (const runId of runIds) this.runChanged(workspaceId, runId)
  }

  runChanged(workspaceId: string, runId: string): void {
    const entry = this.entry(workspaceId)
    if (entry.runs.size < runsMax) entry.runs.add(runId)
    else entry.more = true
  }

  fanOutChanged(workspaceId: string, fanOutId: string, runId: string): void {
    this.runChanged(workspaceId, runId)
    const entry = this.entry(workspaceId)
    if (entry.fanOuts.size < runsMax) entry.fanOuts.add(fanOutId)
  }

  eventsChanged(workspaceId: string): void {
    this.entry(workspaceId).events = true
  }

  /** A change that another process told of. */
  deliver(workspaceId: string, change: LiveChange): void {
    const set = this.listeners.get(workspaceId)
    if (set !== undefined) for (const listener of set) listener(change)
  }

  close(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.listeners.clear()
  }

  private entry(workspaceId: string): Pending {
    let entry = this.pending.get(workspaceId)
    if (entry === undefined) this.pending.set(workspaceId, (entry = { runs: new Set(), more: false, events: false, workflows: new Set(), fanOuts: new Set() }))
    this.timer ??= setTimeout(() => this.flush(), coalesceMs)
    return entry
  }

  private flush(): void {
    this.timer = null
    const entries = [...this.pending]
    this.pending.clear()
    for (const [workspaceId, pending] of entries) {
      const change: LiveChange = { runs: [...pending.runs], more: pending.more, events: pending.events, workflows: [...pending.workflows], fanOuts: [...pending.fanOuts] }
      this.deliver(workspaceId, change)
      this.options.publish(workspaceId, change)
    }
  }
}
