/**
 * createEngine(): wires pool, routes, ingest, worker, duties and notifications. No framework:
 * it knows Postgres, the step kinds, and what its host lends it (EngineServices).
 */
import pg from 'pg'
import { FanwiseError } from '#base/errors.ts'
import { newUuid } from '#base/ids.ts'
import type { Engine, EngineOptions, LiveChange } from '#engine/api.ts'
import { cancelRun, retryFromFailed, runAgain, type ControlContext } from '#engine/controls.ts'
import { runIdFor } from '#engine/derived-ids.ts'
import { runDuty, type RunningDuty } from '#engine/duties/duty.ts'
import { fireTimers } from '#engine/duties/fire-timers.ts'
import { rescueWorkers } from '#engine/duties/rescue-workers.ts'
import { sweep } from '#engine/duties/sweep.ts'
import { tickSchedules } from '#engine/duties/tick-schedules.ts'
import type { EndedRun } from '#engine/end-runs.ts'
import { enforceDeadlines } from '#engine/duties/enforce-deadlines.ts'
import { EventWaits } from '#engine/event-waits.ts'
import type { FanOutContext } from '#engine/fan-out/context.ts'
import { fanOutControls } from '#engine/fan-out/steer.ts'
import { FanOutWatcher, tendFanOuts } from '#engine/fan-out/watcher.ts'
import { liftHolds } from '#engine/duties/lift-holds.ts'
import { Breaker } from '#engine/holds/breaker.ts'
import { parkService, pauseFunction, release, resumeFunction, resumeService, type HoldContext } from '#engine/holds/control.ts'
import { serviceGuard } from '#engine/holds/guard.ts'
import { Holds } from '#engine/holds/holds.ts'
import { Ingest } from '#engine/ingest.ts'
import { checkInvariants } from '#engine/invariants.ts'
import { Hub } from '#engine/live.ts'
import { routeOf, Routes } from '#engine/match.ts'
import { Notifier, type Message } from '#engine/notify.ts'
import { PreparedFunctions } from '#engine/prepared.ts'
import { Signals } from '#engine/signals.ts'
import { KnownLanes, type Plan } from '#engine/store-events.ts'
import { Worker } from '#engine/worker.ts'

const poolMax = 12

export function createEngine(options: EngineOptions): Engine {
  const pool = new pg.Pool({ connectionString: options.connectionString, max: poolMax, application_name: 'fanwise', connectionTimeoutMillis: 10_000 })
  pool.on('error', (error) => options.log('debug', 'An idle database connection was closed.', { error: error.message }))
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
  const woken = (runs: { workspaceId: string; runId: string }[]) => {
    for (const run of runs) hub.runChanged(run.workspaceId, run.runId)
    wake()
  }
  const stored = (plan: Plan) => {
    for (const event of plan.events) hub.eventsChanged(event.workspaceId)
    for (const run of plan.runs.slice(0, 60)) hub.runChanged(run.workspaceId, run.runId)
    if (signals.has('event.stored') && plan.events[0] !== undefined) signals.emit('event.stored', { workspaceId: plan.events[0].workspaceId, events: plan.events.length, runs: plan.runs.length })
    if (plan.runs.length > 0) wake()
  }
  const waits = new EventWaits(woken)
  const changed = (runs: { workspaceId: string; runId: string }[]) => {
    for (const run of runs) hub.runChanged(run.workspaceId, run.runId)
  }
  /** Runs that were ended from outside: whoever waits for them may go on, and their places are free. */
  const ended = (runs: EndedRun[]) => {
    if (runs.length === 0) return
    for (const run of runs) {
      hub.runChanged(run.workspaceId, run.runId)
      if (run.wokenRunId !== null) hub.runChanged(run.workspaceId, run.wokenRunId)
      signals.emit('run.ended', { workspaceId: run.workspaceId, runId: run.runId, status: 'cancelled' })
    }
    wake()
  }
  const ingest = new Ingest({ pool, routes, lanes, waits, stored, ended, changed })
  const holds = new Holds(pool)
  const holdsChanged = () => {
    void holds.refresh().catch(() => {})
    notifier.send({ holds: true })
  }
  const fanOuts: FanOutContext = {
    pool, routes, lanes, waits, stored, woken, ended,
    changed: (workspaceId, id, runId) => {
      hub.fanOutChanged(workspaceId, id)
      hub.runChanged(workspaceId, runId)
    },
    holdsChanged,
  }
  const watcher = new FanOutWatcher(fanOuts, (error) => options.log('debug', 'A fan-out could not be looked after; it is tried again.', { error: String(error) }))
  const breaker = new Breaker(holds, ({ workspaceId, host, reason, waitMs }) => {
    void parkService(holdContext, workspaceId, host, { id: null, name: 'Fanwise' }, { auto: true, reason, tryAgainInMs: waitMs }).catch(() => {})
    signals.emit('service.parked', { workspaceId, host, reason })
  })
  const worker = options.role === 'web' ? null : new Worker({ options, pool, signals, hub, routes, prepared, lanes, waits, crowded: () => ingest.crowded(), stored, woken, ended, changed, holds, guard: serviceGuard(holds, breaker), fanOut: (workspaceId, id) => watcher.note(workspaceId, id) })
  const controls: ControlContext = { pool, routes, lanes, stored, changed: (workspaceId, runId) => hub.runChanged(workspaceId, runId), ended, wake }
  const holdContext: HoldContext = { pool, holds, holdsChanged, ended, wake }
  let duties: RunningDuty[] = []

  function receive(message: Message): void {
    if (message.wake === true) worker?.kick()
    if (message.holds === true) void holds.refresh().catch(() => {})
    if (message.routes !== undefined) routes.forget(message.routes)
    if (message.live !== undefined) hub.deliver(message.live.workspaceId, message.live.change as LiveChange)
  }

  function routesChanged(workspaceId: string): void {
    routes.forget(workspaceId)
    notifier.send({ routes: workspaceId })
  }

  function startDuties(): void {
    const failed = (name: string) => (error: unknown) => options.log('debug', `The duty ${name} failed; it tries again.`, { error: String(error) })
    const all = [
      rescueWorkers(pool, signals, wake),
      sweep(pool, (count) => options.log('warn', 'Lanes were shut over queued jobs and have been opened.', { lanes: count })),
      tickSchedules(pool, ingest, signals),
      enforceDeadlines(pool, ended),
      liftHolds(pool, holds, holdsChanged, wake),
      tendFanOuts(fanOuts),
    ].map((duty) => runDuty(duty, failed(duty.name)))
    const timers: RunningDuty = runDuty(fireTimers(pool, wake, (ms) => setImmediate(() => timers.hurry(ms))), failed('fire-timers'))
    signals.on('run.parked', ({ state }) => {
      if (state !== 'q') timers.hurry(0)
    })
    duties = [...all, timers]
  }

  return {
    pool, live: hub, signals,
    async start() {
      await notifier.start()
      await holds.refresh()
      if (worker !== null) {
        await worker.start()
        startDuties()
      }
    },
    async stop() {
      await Promise.all(duties.map((duty) => duty.stop()))
      await ingest.drain()
      await worker?.stop()
      await watcher.stop()
      hub.close()
      await notifier.stop()
      await pool.end()
    },
    ingest: async (workspaceId, events, origin) => ingest.accept(workspaceId, events, origin),
    async invoke(workspaceId, functionSlug, data) {
      const table = await routes.get(workspaceId)
      const route = table.bySlug.get(functionSlug)
      if (route === undefined) {
        throw new FanwiseError('not_found', `There is no published function "${functionSlug}" in this workspace.`, { field: 'function', fix: 'Check the name, or publish its workflow.' })
      }
      const uuid = newUuid()
      const [event] = await ingest.accept(workspaceId, [{ name: 'fanwise/function.invoked', data, uuid }], { source: 'invoke', sourceRef: functionSlug }, { functionId: route.functionId })
      return { eventId: event!.id, runId: runIdFor(event!.id, route.mask) }
    },
    async testEvent(workspaceId, event, targets) {
      const routesOfTest = targets.map((target) => routeOf(target.functionId, target.slug, target.version, target.definition))
      const [stored] = await ingest.accept(workspaceId, [event], { source: 'ui', sourceRef: 'test' }, { routes: routesOfTest })
      return { eventId: stored!.id, runIds: routesOfTest.map((route) => runIdFor(stored!.id, route.mask)) }
    },
    holds: {
      pauseFunction: (workspaceId, fn, actor, asked) => pauseFunction(holdContext, workspaceId, fn, actor, asked),
      resumeFunction: (workspaceId, fn, actor) => resumeFunction(holdContext, workspaceId, fn, actor),
      parkService: (workspaceId, host, actor, asked) => parkService(holdContext, workspaceId, host, actor, asked),
      resumeService: (workspaceId, host, actor) => resumeService(holdContext, workspaceId, host, actor),
      release: (workspaceId, holdId) => release(holdContext, workspaceId, holdId),
      changed: async () => {
        await holds.refresh()
        holdsChanged()
      },
    },
    cancelRun: (workspaceId, runId) => cancelRun(controls, workspaceId, runId),
    retryRun: (workspaceId, runId, { from }) => (from === 'failed' ? retryFromFailed(controls, workspaceId, runId) : runAgain(controls, workspaceId, runId)),
    routesChanged,
    fanOuts: fanOutControls(fanOuts, routesChanged),
    checkInvariants: () => checkInvariants(pool),
    status: () => ({ role: options.role, ...(worker?.status() ?? { workerId: null, executing: 0, prefetched: 0, healthy: true }) }),
  }
}
