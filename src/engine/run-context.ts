/** What a run needs of its worker while it executes. */
import type { EngineServices } from '#engine/api.ts'
import type { Emitter } from '#engine/emit.ts'
import type { ServiceGuard } from '#engine/execute-step.ts'
import type { FanOutGate } from '#engine/fan-out/gate.ts'
import type { Flusher } from '#engine/flush.ts'
import type { HeldBy } from '#engine/holds/holds.ts'
import type { ClaimedJob } from '#engine/lanes.ts'
import type { Session } from '#engine/session.ts'
import type { Signals } from '#engine/signals.ts'
import type { WaitStore } from '#engine/wait-store.ts'

export interface RunContext {
  session: Session
  flusher: Flusher
  emitter: Emitter
  waits: WaitStore
  fanOuts: FanOutGate
  services: EngineServices
  signals: Signals
  random(): number
  /** What keeps the run from going on: its function or fan-out is paused. */
  held(job: ClaimedJob): HeldBy | null
  guard: ServiceGuard
  /** Somebody of the workspace reacts to the end of a run like this one. */
  endIsHeard(job: ClaimedJob): boolean
  /** The run's work is over for now: its slot is free. */
  release(): void
  /** The run is off this worker's books. */
  gone(): void
}
