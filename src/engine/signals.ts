/**
 * Every named event of the engine, one list for three uses: logs and metrics subscribe,
 * tests wait on them instead of sleeping, crash tests act on them.
 */
export interface SignalTable {
  'event.stored': { workspaceId: string; events: number; runs: number }
  'run.started': { workspaceId: string; runId: string; functionId: string; at: number }
  'step.started': { workspaceId: string; runId: string; step: string; attempt: number }
  'step.recorded': { workspaceId: string; runId: string; step: string }
  'step.retried': { workspaceId: string; runId: string; step: string; attempt: number; delayMs: number }
  'emit.chunk': { workspaceId: string; runId: string; step: string; nextIndex: number; total: number }
  'run.parked': { workspaceId: string; runId: string; state: 't' | 'w' | 'q' | 'h' }
  'run.ended': { workspaceId: string; runId: string; status: 'completed' | 'failed' | 'cancelled' }
  'run.lost': { workspaceId: string; runId: string }
  'worker.lease-lost': { workerId: string }
  'worker.reaped': { workerId: string; jobs: number }
  'schedule.ticked': { workspaceId: string; functionId: string; at: string }
  'service.parked': { workspaceId: string; host: string; reason: string }
  'database.unreachable': { error: string }
  'database.back': Record<string, never>
}

export type SignalName = keyof SignalTable
type Listener<N extends SignalName> = (facts: SignalTable[N]) => void

export class Signals {
  private readonly listeners = new Map<SignalName, Set<Listener<never>>>()

  on<N extends SignalName>(name: N, listener: Listener<N>): () => void {
    let set = this.listeners.get(name)
    if (set === undefined) this.listeners.set(name, (set = new Set()))
    set.add(listener as Listener<never>)
    return () => set.delete(listener as Listener<never>)
  }

  /** Costs one map look-up when nobody listens. */
  emit<N extends SignalName>(name: N, facts: SignalTable[N]): void {
    const set = this.listeners.get(name)
    if (set === undefined || set.size === 0) return
    for (const listener of set) (listener as Listener<N>)(facts)
  }

  has(name: SignalName): boolean {
    return (this.listeners.get(name)?.size ?? 0) > 0
  }

  /** Resolves with the first signal that satisfies the test. */
  next<N extends SignalName>(name: N, test: (facts: SignalTable[N]) => boolean = () => true): Promise<SignalTable[N]> {
    return new Promise((resolve) => {
      const off = this.on(name, (facts) => {
        if (!test(facts)) return
        off()
        resolve(facts)
      })
    })
  }
}
