/** Settings of functions: what starts them, retries, backoff, limits, conditions. */
import { FanwiseError } from '#base/errors.ts'
import { atFrame, atStep, type At, type Findings, type FrameModel, type Model } from '#graph/compile/model.ts'
import { celReads } from '#graph/compile/reads.ts'
import type { FunctionNode } from '#graph/document.ts'
import { calledFunction } from '#graph/links.ts'

export const retriesMax = 20
export const concurrencyMax = 100_000

export function checkFunctions(model: Model, findings: Findings): void {
  const called = new Set(model.frames.flatMap((frame) => [frame.node.onFailure?.trim(), ...frame.steps.map(calledFunction)]))
  for (const frame of model.frames) {
    if (frame.subscriptions.length === 0 && !called.has(frame.node.slug)) {
      findings.warning(atFrame(frame), 'function-without-trigger', 'Nothing starts this function; only an Invoke function step or a call of the API can.', 'Connect an event or a schedule to it.')
    }
    checkRetries(frame.node.retries, atFrame(frame, 'retries'), findings)
    for (const step of frame.steps) if (step.retries !== undefined) checkRetries(step.retries, atStep(frame, step, 'retries'), findings)
    if (frame.node.backoff !== undefined) checkBackoff(frame.node.backoff, atFrame(frame, 'backoff'), findings)
    if (frame.node.concurrency !== undefined) checkLimit(frame, 'concurrency', frame.node.concurrency, findings)
    checkConditions(frame, findings)
  }
}

function checkRetries(retries: number, at: At, findings: Findings): void {
  if (Number.isInteger(retries) && retries >= 0 && retries <= retriesMax) return
  findings.error(at, 'retries-range', `${retries} retries are not possible.`, `Choose a whole number from 0 to ${retriesMax}.`)
}

export function checkBackoff(backoff: NonNullable<FunctionNode['backoff']>, at: At, findings: Findings): void {
  if (backoff.baseMs < 0 || backoff.maxMs < backoff.baseMs || backoff.maxMs > 86_400_000) {
    findings.error(at, 'backoff-range', 'The waits between tries do not fit each other.', 'The first wait is at least 0 and at most the longest; the longest is at most one day.')
  }
  if (!(backoff.factor >= 1 && backoff.factor <= 10)) findings.error(at, 'backoff-factor', `Waits cannot grow by a factor of ${backoff.factor}.`, 'Choose a factor from 1 to 10.')
  if (!(backoff.jitter >= 0 && backoff.jitter <= 1)) findings.error(at, 'backoff-jitter', `A spread of ${backoff.jitter} is not possible.`, 'Choose a share from 0 to 1.')
}

export function checkLimit(frame: FrameModel, field: 'concurrency' | 'concurrency2', limit: NonNullable<FunctionNode['concurrency']>, findings: Findings): void {
  if (!(Number.isInteger(limit.limit) && limit.limit >= 1 && limit.limit <= concurrencyMax)) {
    findings.error(atFrame(frame, `${field}.limit`), 'concurrency-range', `A limit of ${limit.limit} runs at once is not possible.`, `Choose a whole number from 1 to ${concurrencyMax.toLocaleString('en')}.`)
  }
  if (limit.key !== undefined && limit.key.trim() !== '') checkCel(limit.key, atFrame(frame, `${field}.key`), 'concurrency-key', 'Write a path such as event.data.userId.', findings)
}

function checkConditions(frame: FrameModel, findings: Findings): void {
  for (const { edge, source } of frame.subscriptions) {
    if (edge.if === undefined || edge.if.trim() === '') continue
    const at = atFrame(frame, `edges.${edge.id}.if`)
    if (source.type === 'schedule') findings.error(at, 'condition-on-schedule', 'A schedule carries no data that a condition could test.', 'Remove the condition; put a Condition step into the function instead.')
    else checkCel(edge.if, at, 'condition', 'Write one such as event.data.plan == "pro".', findings)
  }
}

/** `event` is all that a condition or key can read, and where one arrives later, `async`. */
export function checkCel(text: string, at: At, code: string, example: string, findings: Findings, names: readonly ('event' | 'async')[] = ['event']): void {
  try {
    celReads(text, names)
  } catch (error) {
    if (!(error instanceof FanwiseError)) throw error
    const position = typeof error.facts?.position === 'number' ? error.facts.position : undefined
    findings.error({ ...at, position }, `${code}-syntax`, error.message, error.fix ?? example)
  }
}
