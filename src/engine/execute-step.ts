/**
 * One attempt of one step: inputs resolved, the kind's code run under its time limit, the answer
 * handed on. Synchronous kinds answer synchronously, so the hot path costs no promise.
 */
import { FanwiseError, toFanwiseError } from '#base/errors.ts'
import { formatDuration } from '#base/duration.ts'
import { publicId } from '#base/ids.ts'
import type { Json } from '#base/json.ts'
import type { EngineServices, SecuredRequest } from '#engine/api.ts'
import type { PreparedStep } from '#engine/prepared.ts'
import { Marks } from '#expressions/marks.ts'
import type { Evaluator } from '#expressions/resolve.ts'
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
  /** In a step that reads secrets: what stands for them. */
  marks?: Marks
}

/** Asked before a step calls a service, and told how it went. */
export interface ServiceGuard {
  /** Throws step_parked while the service is parked. @param pass the hold that let this run go @param connection `connection:CRM` */
  check(workspaceId: string, url: string, pass: string | null, connection?: string | null): void
  /** @param url null = the service was not asked: only the connection is told of */
  report(workspaceId: string, url: string | null, connection: string | null, answer: ServiceAnswer): void
}

/** `failed`: no answer, or an error of its own. `refused`: it answers, and does not let the one who asks in. */
export type ServiceAnswer = 'answered' | 'refused' | 'failed'

const answerOf = (status: number): ServiceAnswer => (status >= 500 ? 'failed' : status === 401 ? 'refused' : 'answered')

export type StepAnswer = { outcome: StepOutcome } | { error: FanwiseError }

export interface RunningStep {
  answer: StepAnswer | Promise<StepAnswer>
  /** Stops waiting for it; what it does outside may still happen. */
  abort(): void
}

export function executeStep(asked: StepCall): RunningStep {
  const controller = new LazyAbort()
  const { secrets } = asked.step
  const call = secrets === null ? asked : withSecrets(asked, secrets)
  const abort = () => controller.abort()
  try {
    const { resolver } = call.step
    if (!resolver.needsSandbox) {
      const outcome = call.step.run(new CallContext(call, resolver.resolveSync(call.scope), controller))
      if (!(outcome instanceof Promise)) return { answer: { outcome: clearedOutcome(call, outcome) }, abort }
      return { answer: timed(call, outcome, controller), abort }
    }
    return { answer: timed(call, resolveAndRun(call, controller), controller), abort }
  } catch (thrown) {
    return { answer: { error: clearedError(call, stepError(thrown)) }, abort }
  }
}

/** The call with marks in place of secrets; whatever it answers is cleared of them. */
function withSecrets(call: StepCall, names: readonly string[]): StepCall {
  const marks = new Marks(names)
  return { ...call, scope: { ...call.scope, secrets: marks.scope() }, marks }
}

/** Nothing of a mark is recorded: people see which secret it was. */
function clearedOutcome(call: StepCall, outcome: StepOutcome): StepOutcome {
  return call.marks === undefined ? outcome : (call.marks.clean(outcome as unknown as Json) as unknown as StepOutcome)
}

function clearedError(call: StepCall, error: FanwiseError): FanwiseError {
  if (call.marks === undefined) return error
  const { marks } = call
  const { code, field, retriable, retryAfterMs } = error
  return new FanwiseError(code, marks.clean(error.message), {
    retriable, ...(field === undefined ? {} : { field }), ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(error.fix === undefined ? {} : { fix: marks.clean(error.fix) }), ...(error.facts === undefined ? {} : { facts: marks.clean(error.facts as Json) as Record<string, unknown> }),
  })
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
        resolve({ outcome: clearedOutcome(call, outcome) })
      },
      (thrown) => {
        clearTimeout(timer)
        resolve({ error: clearedError(call, stepError(thrown)) })
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

/** What evaluates the expressions of a workspace. */
export const evaluatorOf = (services: EngineServices, workspaceId: string): Evaluator => ({ evaluate: (expressions, scope) => services.evaluate(workspaceId, expressions, scope) })

function servicesOf(call: StepCall): StepServices {
  const { services, workspaceId, runId, step } = call
  return {
    request: (request) => guarded(call, request),
    sendMail: (mail) => services.sendMail(workspaceId, mail, { runId, step: step.id }),
    runCode: (code, scope, limits) => services.runCode(workspaceId, code, scope, limits, services.keepPrinted === undefined ? undefined : (text) => services.keepPrinted!(workspaceId, { runId, step: step.id, attempt: call.attempt }, text)),
    ...evaluatorOf(services, workspaceId),
    evaluateEach: (expressions, scope, items) => services.evaluateEach(workspaceId, expressions, scope, items),
    ...(services.baseAddress === undefined ? {} : { baseAddress: (connection: string) => services.baseAddress!(workspaceId, connection) }),
  }
}

async function guarded(call: StepCall, request: OutgoingRequest): Promise<OutgoingResponse> {
  const { guard, workspaceId, services } = call
  const info = { idempotencyKey: idempotencyKey(call) }
  const secured = request.credentials?.connection === undefined && call.marks === undefined ? null : await secure(call, request)
  const url = secured?.url ?? request.url
  guard.check(workspaceId, url, call.pass, secured?.service)
  try {
    const response = await (secured === null ? services.request(workspaceId, request, info) : secured.send(info))
    guard.report(workspaceId, url, secured?.service ?? null, answerOf(response.status))
    return response
  } catch (error) {
    if (!request.signal.aborted) reportThrown(call, url, secured?.service ?? null, error)
    throw error
  }
}

function reportThrown({ guard, workspaceId }: StepCall, url: string, connection: string | null, error: unknown): void {
  const known = error instanceof FanwiseError && !error.retriable ? error : null
  // It got no token: the service itself was not asked.
  if (connection !== null && known?.facts?.connection !== undefined) guard.report(workspaceId, null, connection, 'refused')
  else guard.report(workspaceId, url, null, known === null ? 'failed' : 'answered')
}

async function secure({ services, workspaceId, marks }: StepCall, request: OutgoingRequest): Promise<SecuredRequest> {
  if (services.secure === undefined) throw new FanwiseError('step_refused', 'This installation keeps no connections or secrets.', { fix: 'Sign in with a field of the step itself.' })
  return services.secure(workspaceId, request, marks ?? null)
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
