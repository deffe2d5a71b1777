/** A background duty: bounded work per tick, one shape for all. */
export interface Duty {
  name: string
  everyMs: number
  /** True = there is more to do at once. */
  tick(): Promise<boolean>
}

export interface RunningDuty {
  /** Tick now instead of at the next turn. */
  hurry(inMs?: number): void
  stop(): Promise<void>
}

export function runDuty(duty: Duty, onError: (error: unknown) => void): RunningDuty {
  let timer: NodeJS.Timeout | null = null
  let dueAt = Infinity
  let stopped = false
  let current: Promise<void> = Promise.resolve()

  const schedule = (ms: number) => {
    if (stopped) return
    const at = performance.now() + ms
    if (at >= dueAt) return
    if (timer !== null) clearTimeout(timer)
    dueAt = at
    timer = setTimeout(() => {
      timer = null
      dueAt = Infinity
      current = turn()
    }, ms)
  }

  const turn = async () => {
    try {
      while (!stopped && (await duty.tick()));
    } catch (error) {
      onError(error)
    }
    schedule(duty.everyMs)
  }

  schedule(0)
  return {
    hurry: (inMs = 0) => schedule(Math.max(0, inMs)),
    async stop() {
      stopped = true
      if (timer !== null) clearTimeout(timer)
      await current
    },
  }
}
