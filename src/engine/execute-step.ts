/**
 * One attempt of one step: inputs resolved, the kind's code run under its time limit, the answer
 * handed on. Synchronous kinds answer synchronously, so the hot path costs no promise.
 */
import { FanwiseError, toFanwiseError } from '#base/errors.ts'
import { formatDuration } from '#base/duration.ts'
import { publicId } from '#base/ids.ts'
import type { EngineServices } from '#engine/api.ts'
import type { PreparedStep } from '#engine/prepared.ts'
import type { ExpressionScope, OutgoingRequest, OutgoingResponse, StepContext, StepOutcome, StepServices } from '#steps/kind.ts'

export interface StepCall {
  workspaceId: string
  /** UUID of the run. */
  runId: string
  step: PreparedStep
  scope: ExpressionScope
  attempt: number
  services: EngineServices
  guard: ServiceGuard
  /** What let the run go last. */
  pass: string | null
}

/** Asked before a step calls a service, and told how it went. */
export interface ServiceGuard {
  /** Throws step_parked while the service is parked. @param pass the hold that let this run go */
  check(workspaceId: string, url: string, pass: string | null): void
  report(workspaceId: string, url: string, ok: boolean): void
}

export type StepAnswer = { outcome: StepOutcome } | { error: FanwiseError }

export interface RunningStep {
  answer: StepAnswer | Promise<StepAnswer>
  /** Stops waiting for it; what it does outside may still happen. */
  abort(): void
}

export function executeStep(call: StepCall): RunningStep {
  const controller = new LazyAbort()
  const abort = () => controller.abort()
  try {
    const { resolver } = call.step
    if (!resolver.needsSandbox) {
      const outcome = call.step.run(new CallContext(call, resolver.resolveSync(call.scope), controller))
      if (!(outcome instanceof Promise)) return { answer: { outcome }, abort }
      return { answer: timed(call, outcome, controller), abort }
    }
    return { answer: timed(call, resolveAndRun(call, controller), controller), abort }
  } catch (thrown) {
    return { answer: { error: stepError(thrown) }, abort }
  }
}

async function resolveAndRun(call: StepCall, controller: LazyAbort): Promise<StepOutcome> {
  const config = await call.step.resolver.resolve(call.scope, servicesOf(call))
  return call.step.run(new CallContext(call, config, controller))
}

function timed(call: StepCall, running: Promise<StepOutcome>, controller: LazyAbort): Promise<StepAnswer> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      controller.abort()
      resolve({
        error: new FanwiseError('step_timeout', `${call.step.definition.name} took longer than ${formatDuration(call.step.timeoutMs)}.`, {
          fix: 'Raise the step’s time limit, or look why the other side is slow.',
        }),
      })
    }, call.step.timeoutMs)
    running.then(
      (outcome) => {
        clearTimeout(timer)
        resolve({ outcome })
      },
      (thrown) => {
        clearTimeout(timer)
        resolve({ error: stepError(thrown) })
      },
    )
  })
}

/** A class, so that what few steps ask for is made only then, without closures for every call. */
class CallContext implements StepContext {
  readonly rawConfig: unknown
  readonly scope: ExpressionScope
  readonly attempt: number

  constructor(private readonly call: StepCall, readonly config: unknown, private readonly controller: LazyAbort) {
    this.rawConfig = call.step.definition.config
    this.scope = call.scope
    this.attempt = call.attempt
  }

  get idempotencyKey(): string {
    return idempotencyKey(this.call)
  }

  get signal(): AbortSignal {
    return this.controller.signal
  }

  get services(): StepServices {
    return servicesOf(this.call)
  }
}

const idempotencyKey = (call: StepCall) => `${publicId('run', call.runId)}.${call.step.id}`

function servicesOf(call: StepCall): StepServices {
  const { services, workspaceId, runId, step } = call
  return {
    request: (request) => guarded(call, request),
    sendMail: (mail) => services.sendMail(workspaceId, mail, { runId, step: step.id }),
    runCode: services.runCode,
    evaluate: services.evaluate,
    evaluateEach: services.evaluateEach,
  }
}

async function guarded(call: StepCall, request: OutgoingRequest): Promise<OutgoingResponse> {
  const { guard, workspaceId } = call
  guard.check(workspaceId, request.url, call.pass)
  try {
    const response = await call.services.request(workspaceId, request, { idempotencyKey: idempotencyKey(call) })
    guard.report(workspaceId, request.url, response.status < 500)
    return response
  } catch (error) {
    if (!request.signal.aborted) guard.report(workspaceId, request.url, error instanceof FanwiseError && !error.retriable)
    throw error
  }
}

/** An error nobody foresaw may be a passing one: it is tried again. */
export function stepError(thrown: unknown): FanwiseError {
  if (thrown instanceof FanwiseError) return thrown
  const error = toFanwiseError(thrown)
  return new FanwiseError('internal', `The step failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`, { cause: error, retriable: true, fix: 'It is tried again. If it keeps failing, look in the server log.' })
}

/** Most steps never look at their signal; the controller is made when one does. */
class LazyAbort {
  private controller: AbortController | null = null
  private aborted = false

  get signal(): AbortSignal {
    if (this.controller === null) {
      this.controller = new AbortController()
      if (this.aborted) this.controller.abort()
    }
    return this.controller.signal
  }

  abort(): void {
    this.aborted = true
    this.controller?.abort()
  }
}
