/**
 * What decides when, and whether, a function's runs start: ranges, keys and conditions, and rules
 * that cannot stand together.
 */
import { formatDuration, parseDuration } from '#base/duration.ts'
import { checkBackoff, checkCel, checkLimit } from '#graph/compile/check-functions.ts'
import { eventNameProblem } from '#graph/compile/event-names.ts'
import { atFrame, atStep, type Findings, type FrameModel, type Model } from '#graph/compile/model.ts'
import type { FunctionNode } from '#graph/document.ts'

const second = 1000
const day = 86_400_000
export const flowLimits = {
  starts: 1_000_000,
  batch: { least: 2, most: 1000 },
  cancelOn: 5,
  throttle: [second, 7 * day], rateLimit: [second, day], debounce: [second, 7 * day], debounceTimeout: [second, 30 * day],
  batchTimeout: [second, 3_600_000], timeout: [second, 365 * day],
} as const

export function checkFlow(model: Model, findings: Findings): void {
  for (const frame of model.frames) {
    checkSecondLimit(frame, findings)
    checkStarts(frame, findings)
    checkGathering(frame, findings)
    checkEnds(frame, findings)
    checkTogether(frame.node, frame, findings)
    for (const step of frame.steps) if (step.backoff !== undefined) checkBackoff(step.backoff, atStep(frame, step, 'backoff'), findings)
  }
  checkOnFailure(model, findings)
}

function checkSecondLimit(frame: FrameModel, findings: Findings): void {
  const { concurrency, concurrency2 } = frame.node
  if (concurrency2 !== undefined) {
    checkLimit(frame, 'concurrency2', concurrency2, findings)
    if (concurrency === undefined) findings.error(atFrame(frame, 'concurrency2'), 'concurrency-first', 'There is a second limit but no first.', 'Set the first limit, or remove the second.')
  }
  for (const [field, limit] of [['concurrency', concurrency], ['concurrency2', concurrency2]] as const) {
    if (limit?.scope === 'workspace' && blank(limit.key)) {
      findings.error(atFrame(frame, `${field}.key`), 'concurrency-scope-key', 'A limit shared with the workspace needs a key that says what is shared.', 'Write one such as event.data.accountId, or "crm" in quotes for one limit for all.')
    }
  }
}

function checkStarts(frame: FrameModel, findings: Findings): void {
  const { throttle, rateLimit, singleton, idempotency, priority } = frame.node
  if (throttle !== undefined) {
    whole(frame, 'throttle.limit', throttle.limit, 1, flowLimits.starts, 'starts', findings)
    span(frame, 'throttle.period', throttle.period, flowLimits.throttle, findings)
    if (throttle.burst !== undefined) whole(frame, 'throttle.burst', throttle.burst, 0, flowLimits.starts, 'extra starts', findings)
    key(frame, 'throttle.key', throttle.key, findings)
  }
  if (rateLimit !== undefined) {
    whole(frame, 'rateLimit.limit', rateLimit.limit, 1, flowLimits.starts, 'runs', findings)
    span(frame, 'rateLimit.period', rateLimit.period, flowLimits.rateLimit, findings)
    key(frame, 'rateLimit.key', rateLimit.key, findings)
  }
  key(frame, 'singleton.key', singleton?.key, findings)
  key(frame, 'idempotency', idempotency, findings, 'Write a path such as event.data.orderId.')
  key(frame, 'priority', priority, findings, 'Write seconds, such as event.data.plan == "pro" ? 120 : 0.')
}

function checkGathering(frame: FrameModel, findings: Findings): void {
  const { debounce, batch } = frame.node
  if (debounce !== undefined) {
    const period = span(frame, 'debounce.period', debounce.period, flowLimits.debounce, findings)
    key(frame, 'debounce.key', debounce.key, findings)
    if (!blank(debounce.timeout)) {
      const timeout = span(frame, 'debounce.timeout', debounce.timeout!, flowLimits.debounceTimeout, findings)
      if (period !== null && timeout !== null && timeout < period) {
        findings.error(atFrame(frame, 'debounce.timeout'), 'debounce-timeout-short', `The longest wait is shorter than the quiet time of ${formatDuration(period)}.`, `Choose at least ${formatDuration(period)}, or leave it out.`)
      }
    }
  }
  if (batch !== undefined) {
    whole(frame, 'batch.size', batch.size, flowLimits.batch.least, flowLimits.batch.most, 'events in a batch', findings)
    span(frame, 'batch.timeout', batch.timeout, flowLimits.batchTimeout, findings)
    key(frame, 'batch.key', batch.key, findings)
    key(frame, 'batch.if', batch.if, findings, 'Write one such as event.data.urgent != true.')
  }
}

function checkEnds(frame: FrameModel, findings: Findings): void {
  const { cancelOn = [], timeouts } = frame.node
  if (cancelOn.length > flowLimits.cancelOn) findings.error(atFrame(frame, 'cancelOn'), 'cancel-many', `${cancelOn.length} events end this function's runs; ${flowLimits.cancelOn} is the most.`, 'Remove some, or use one event with a pattern such as order/*.')
  cancelOn.forEach((one, index) => {
    const at = `cancelOn.${index}`
    const problem = eventNameProblem(one.event.trim(), 'trigger')
    if (problem !== null) findings.error(atFrame(frame, `${at}.event`), `cancel-${problem.code}`, problem.message, problem.fix)
    if (!blank(one.match) && !/^(event\.)?data(\.[A-Za-z_$][\w$]*|\[\d+\])+$/.test(one.match!.trim())) {
      findings.error(atFrame(frame, `${at}.match`), 'cancel-match', `\`${one.match!.trim()}\` is not a path in an event's data.`, 'Write one such as data.orderId; both events must have the same value there.')
    }
    if (!blank(one.if)) checkCel(one.if!, atFrame(frame, `${at}.if`), 'cancel-condition', 'Write one such as async.data.orderId == event.data.orderId.', findings, ['event', 'async'])
    if (!blank(one.timeout)) span(frame, `${at}.timeout`, one.timeout!, flowLimits.timeout, findings)
  })
  if (!blank(timeouts?.start)) span(frame, 'timeouts.start', timeouts!.start!, flowLimits.timeout, findings)
  if (!blank(timeouts?.finish)) span(frame, 'timeouts.finish', timeouts!.finish!, flowLimits.timeout, findings)
}

/** A batch has many events, so rules that look at one event, or end or replace one run, have nothing to hold on to. */
function checkTogether(node: FunctionNode, frame: FrameModel, findings: Findings): void {
  if (node.batch === undefined) return
  const others: [string, boolean, string][] = [
    ['debounce', node.debounce !== undefined, 'a debounce'],
    ['singleton', node.singleton !== undefined, 'one run at a time'],
    ['cancelOn', (node.cancelOn ?? []).length > 0, 'events that end it'],
    ['priority', !blank(node.priority), 'a priority'],
    ['idempotency', !blank(node.idempotency), 'one run per value'],
  ]
  for (const [field, set, words] of others) {
    if (set) findings.error(atFrame(frame, field), 'batch-with', `A function that collects events into batches cannot also have ${words}.`, 'Remove one of the two; a second function can take the other.')
  }
}

function checkOnFailure(model: Model, findings: Findings): void {
  const here = new Map(model.frames.map((frame) => [frame.node.slug, frame]))
  const elsewhere = new Set(model.catalog.functionsElsewhere.map((one) => one.slug))
  for (const frame of model.frames) {
    const slug = frame.node.onFailure?.trim() ?? ''
    if (slug === '') continue
    const at = atFrame(frame, 'onFailure')
    if (!here.has(slug) && !elsewhere.has(slug)) {
      findings.error(at, 'on-failure-unknown', `There is no function named \`${slug}\`.`, 'Choose one of this workflow, or publish the workflow that has it first.')
    } else if (slug === frame.node.slug) {
      findings.error(at, 'on-failure-circle', 'A function cannot take care of its own failure.', 'Choose another function.')
    } else if (handlersFrom(here, slug).has(frame.node.slug)) {
      findings.error(at, 'on-failure-circle', `\`${slug}\` leads back to this function when it fails, so failures could go round for ever.`, 'Remove "call when it fails" from one of them.')
    }
  }
}

/** Slugs that are called one after another when `slug`, and then its handler, and so on, fail. */
function handlersFrom(here: Map<string, FrameModel>, slug: string): Set<string> {
  const seen = new Set<string>()
  for (let next = here.get(slug)?.node.onFailure?.trim(); next !== undefined && next !== '' && !seen.has(next); next = here.get(next)?.node.onFailure?.trim()) seen.add(next)
  return seen
}

function whole(frame: FrameModel, field: string, value: number, least: number, most: number, what: string, findings: Findings): void {
  if (Number.isInteger(value) && value >= least && value <= most) return
  findings.error(atFrame(frame, field), `${field.replaceAll('.', '-')}-range`, `${value} ${what} are not possible.`, `Choose a whole number from ${least} to ${most.toLocaleString('en')}.`)
}

/** Milliseconds, or null when the text is none or out of range, which is then said. */
function span(frame: FrameModel, field: string, text: string, [least, most]: readonly [number, number], findings: Findings): number | null {
  const ms = parseDuration(text)
  const code = `${field.replaceAll('.', '-').replace(/-\d+-/, '-')}-range`
  const fix = `Choose from ${formatDuration(least)} to ${formatDuration(most)}, such as 30s, 5m or 2h.`
  if (ms === null) findings.error(atFrame(frame, field), code, text.trim() === '' ? 'A duration is missing.' : `"${text}" is not a duration.`, fix)
  else if (ms < least) findings.error(atFrame(frame, field), code, `${formatDuration(ms)} is too short.`, fix)
  else if (ms > most) findings.error(atFrame(frame, field), code, `${formatDuration(ms)} is too long.`, fix)
  else return ms
  return null
}

function key(frame: FrameModel, field: string, text: string | undefined, findings: Findings, example = 'Write a path such as event.data.userId.'): void {
  if (!blank(text)) checkCel(text!, atFrame(frame, field), field.replaceAll('.', '-'), example, findings)
}

const blank = (text: string | undefined): boolean => text === undefined || text.trim() === ''
