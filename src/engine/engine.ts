/**
 * createEngine(): wires pool, routes, ingest, worker, duties and notifications. No framework:
 * it knows Postgres, the step kinds, and what its host lends it (EngineServices).
 */
import pg from 'pg'
import type { Engine, EngineOptions } from '#engine/api.ts'
import { cancelRun, cancelRuns, retryFromFailed, runAgain, type ControlContext } from '#engine/controls.ts'
import { startDuties } from '#engine/duties/all.ts'
import type { RunningDuty } from '#engine/duties/duty.ts'
import { afterCommit } from '#engine/after-commit.ts'
import { keepClock } from '#engine/clock.ts'
import { decideApproval, sendSignal } from '#engine/decide.ts'
import { tellCancelled } from '#engine/end-events.ts'
import { EventWaits } from '#engine/event-waits.ts'
import type { FanOutContext } from '#engine/fan-out/context.ts'
import { fanOutControls } from '#engine/fan-out/steer.ts'
import { FanOutWatcher } from '#engine/fan-out/watcher.ts'
import { automaticBreaker, cancelBegun, holdControls, type HoldContext } from '#engine/holds/control.ts'
import { serviceGuard } from '#engine/holds/guard.ts'
import { Holds } from '#engine/holds/holds.ts'
import { Ingest } from '#engine/ingest.ts'
import { invariantQuestions } from '#engine/invariants.ts'
import { KnownLanes } from '#engine/known-lanes.ts'
import { Hub } from '#engine/live.ts'
import { Routes } from '#engine/match.ts'
import { Notifier } from '#engine/notify.ts'
import { PreparedFunctions } from '#engine/prepared.ts'
import { receiver } from '#engine/receive.ts'
import { Signals } from '#engine/signals.ts'
import { startByHand } from '#engine/start-by-hand.ts'
import { Worker } from '#engine/worker.ts'

const poolMax = 12

function openPool({ connectionString, log }: EngineOptions): pg.Pool {
  const pool = new pg.Pool({ connectionString, max: poolMax, application_name: 'fanwise', connectionTimeoutMillis: 10_000 })
  pool.on('error', (error) => log('debug', 'An idle database connection was closed.', { error: error.message }))
  // The pool listens only while a connection is idle; one that breaks in someone's hands must not end the process. Its query rejects.
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

export function createEngine(options: EngineOptions): Engine {
  const pool = openPool(options)
  const signals = new Signals()
  const routes = new Routes(pool)
  const lanes = new KnownLanes()
  const prepared = new PreparedFunctions(pool)

  const notifier = new Notifier(options.connectionString, (message) => receive(message), () => worker?.kick())
  const hub = new Hub({ publish: (workspaceId, change) => notifier.send({ live: { workspaceId, change } }) })

  /** New jobs are visible: our own worker looks; others only if we cannot take them. */
  const wake = () => {
    worker?.kick()
    if (worker === null || !worker.hasRoom()) notifier.send({ wake: true })
  }
  const { stored, woken, changed, ended } = afterCommit(hub, signals, wake, (runs) => {
    worker?.drop(runs)
    tellCancelled(pool, routes, ingest, runs).catch((error: unknown) => options.log('error', 'The event of a cancelled run could not be stored.', { error: String(error) }))
  })
  const waits = new EventWaits(woken)
  const ingest = new Ingest({ pool, routes, lanes, waits, stored, ended, changed, taker: () => worker })
  const holds = new Holds(pool)
  const holdsChanged = () => {
    void holds.refresh().catch(() => {})
    notifier.send({ holds: true })
  }
  const fanOuts: FanOutContext = {
    pool, routes, lanes, waits, stored, woken, ended,
    changed: (workspaceId, id, runId) => hub.fanOutChanged(workspaceId, id, runId),
    holdsChanged,
  }
  const watcher = new FanOutWatcher(fanOuts, (error) => options.log('debug', 'A fan-out could not be looked after; it is tried again.', { error: String(error) }))
  const breaker = automaticBreaker(() => holdContext, holds, (parked) => signals.emit('service.parked', parked), (news) => news.forEach((one) => notifier.send({ services: [one] })))
  const worker: Worker | null = options.role === 'web' ? null : new Worker({ options, pool, signals, hub, routes, prepared, lanes, waits, crowded: () => ingest.crowded(), stored, woken, ended, changed, holds, guard: serviceGuard(holds, breaker), fanOut: (workspaceId, id) => watcher.note(workspaceId, id) })
  const controls: ControlContext = { pool, routes, lanes, stored, changed: (workspaceId, runId) => hub.runChanged(workspaceId, runId), ended, wake }
  const holdContext: HoldContext = {
    pool, holds, holdsChanged, ended, wake,
    executing: (functionId) => worker?.executingOf(functionId) ?? [],
    cancelEverywhere: (workspaceId, functionId, by) => notifier.send({ cancel: { workspaceId, functionId, by } }),
  }
  let duties: RunningDuty[] = []
  let stopClock = () => {}

  const listeners = new Set<(topic: string, data: unknown) => void>()

  const receive = receiver({ worker, routes, hub, holds, breaker, listeners, cancelBegun: (cancel) => cancelBegun(holdContext, cancel.workspaceId, cancel.functionId, cancel.by), log: options.log })

  function routesChanged(workspaceId: string): void {
    routes.forget(workspaceId)
    worker?.limitsChanged()
    notifier.send({ routes: workspaceId })
  }

  return {
    pool, live: hub, signals,
    async start() {
      await notifier.start()
      ;[stopClock] = await Promise.all([keepClock(pool), holds.refresh()])
      if (worker !== null) {
        await worker.start()
        duties = startDuties({ pool, leaseMs: options.leaseMs, routes, ingest, signals, holds, fanOuts, log: options.log, wake, ended, holdsChanged })
      }
    },
    async stop() {
      stopClock()
      await Promise.all(duties.map((duty) => duty.stop()))
      await ingest.drain()
      await worker?.stop()
      breaker.stop()
      await watcher.stop()
      hub.close()
      await notifier.stop()
      await pool.end()
    },
    ingest: async (workspaceId, events, origin) => ingest.accept(workspaceId, events, origin),
    ...startByHand(routes, ingest),
    holds: holdControls(holdContext),
    decide: (workspaceId, runId, step, decision, actor) => decideApproval({ pool, woken }, workspaceId, runId, step, decision, actor),
    signal: (workspaceId, signal, data, person) => sendSignal({ pool, woken }, workspaceId, signal, data, person),
    say: (topic, data) => notifier.send({ said: { topic, data } }),
    hear: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    cancelRun: (workspaceId, runId, by) => cancelRun(controls, workspaceId, runId, by),
    cancelRuns: (workspaceId, runIds, record) => cancelRuns(controls, workspaceId, runIds, record),
    retryRun: (workspaceId, runId, { from }, by) => (from === 'failed' ? retryFromFailed(controls, workspaceId, runId, by) : runAgain(controls, workspaceId, runId, by)),
    routesChanged,
    fanOuts: fanOutControls(fanOuts, routesChanged),
    ...invariantQuestions(pool),
    status: () => ({ role: options.role, ...(worker?.status() ?? { workerId: null, executing: 0, prefetched: 0, healthy: true }) }),
  }
}
