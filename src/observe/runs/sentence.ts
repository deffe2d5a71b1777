/** Runs in words: what happened, what it waits for, what comes next. */
import { formatDuration } from '#base/duration.ts'
import type { RunDetail, StepView } from '#server/runs/get-run.ts'
import type { RunSummary } from '#server/runs/run-row.ts'
import { shownStatus, type UiStatus } from '#ui/status.ts'
import { formatClock, formatIn } from '#ui/time.ts'

export function runStatusOf(run: Pick<RunSummary, 'status' | 'why'>): UiStatus {
  return shownStatus(run.status, run.why)
}

/** "v3", or "draft r12" for a test of the drawing before it was published, "draft r12, from Create contact" of a part of it. */
export function versionText(run: Pick<RunSummary, 'version' | 'draftRevision' | 'draftPart'>): string {
  if (run.version !== null) return `v${run.version}`
  return run.draftPart === null || run.draftPart === '' ? `draft r${run.draftRevision}` : `draft r${run.draftRevision}, ${run.draftPart}`
}

/** Drops the full stop, so that a fact can follow. */
export function bare(text: string): string {
  return text.replace(/[.\s]+$/, '')
}

/** Ends a sentence, unless a question or a call of somebody else's ends it already. */
function closed(text: string): string {
  return /[?!…]$/.test(text) ? text : `${text}.`
}

/** One line for a list. */
export function whatHappened(run: RunSummary, now: number): string {
  switch (runStatusOf(run)) {
    case 'queued': return run.why === null ? 'In the queue for a free worker' : 'Going on as soon as a worker is free'
    case 'running': return 'Running'
    case 'retrying': return `${at(run)}${bare(run.why?.message === undefined ? 'failed' : String(run.why.message))}, attempt ${run.why?.attempt ?? ''} ${dueText(run, now)}`
    case 'collecting': return collectText(run, now)
    case 'sleeping': return `Sleeping until ${run.dueAt === null ? 'later' : formatClock(Date.parse(run.dueAt), now)}`
    case 'waiting': return waitText(run, now)
    case 'held': return heldText(run, now)
    case 'skipped': return bare(run.error?.message ?? 'Not begun')
    case 'failed': return `${at(run)}${failureText(run)}${triesText(run)}`
    case 'cancelled': return run.error === null ? 'Cancelled' : bare(run.error.message)
    default: return run.retries.used > 0 ? `Done after ${run.retries.used} ${run.retries.used === 1 ? 'retry' : 'retries'}` : 'Done'
  }
}

function at(run: RunSummary): string {
  return run.atStep === null ? '' : `${run.atStep}: `
}

function triesText(run: RunSummary): string {
  if (run.retries.used === 0) return run.retries.max > 0 && run.error?.code !== undefined ? ', not tried again' : ''
  return run.retries.used === run.retries.max ? `, ${run.retries.used + 1} times` : ''
}

function dueText(run: RunSummary, now: number): string {
  return run.dueAt === null ? 'soon' : formatIn(Date.parse(run.dueAt), now)
}

/** As the engine says it (why.ts), in a few words. */
function collectText(run: RunSummary, now: number): string {
  const due = run.dueAt === null ? 'later' : `at ${formatClock(Date.parse(run.dueAt), now)}`
  if (typeof run.why?.size === 'number') return `Collecting: ${String(run.why.events)} of ${run.why.size} events, runs ${due} at the latest`
  return `Waiting for quiet: runs ${due} unless another event comes`
}

function waitText(run: RunSummary, now: number): string {
  if (run.why?.kind === 'start-at') return `Its event is meant for ${run.dueAt === null ? 'later' : formatClock(Date.parse(run.dueAt), now)}; it starts then`
  const until = run.dueAt === null ? '' : ` until ${formatClock(Date.parse(run.dueAt), now)}`
  if (run.why?.kind === 'event') return `Waiting for ${String(run.why.event)}${until}`
  if (run.why?.kind === 'signal') return `Waiting for the signal ${String(run.why.signal)}${until}`
  if (run.why?.kind === 'approval') return `Waiting for a decision${until}: ${bare(String(run.why.title))}`
  if (run.why?.kind === 'gather') return `Waiting for the fan-out of ${String(run.why.of)} to settle${until}`
  if (run.why?.kind === 'fan-out' && run.why.state === 'confirm') return 'Waiting until a person says go to its fan-out'
  if (run.why?.kind === 'fan-out') return run.why.state === 'canary' ? 'The first items are being tried' : `Its fan-out is ${String(run.why.state)}`
  if (run.why?.kind === 'invoke') return `Waiting for the run of ${String(run.why.function)}${until}`
  return `Waiting${until}`
}

function heldText(run: RunSummary, now: number): string {
  if (run.why?.kind === 'throttle') return `Throttled until ${run.dueAt === null ? 'its turn comes' : formatClock(Date.parse(run.dueAt), now)}`
  if (run.why?.kind === 'limit') return `Waiting for its second limit of ${String(run.why.limit)} at once`
  if (run.why?.hold === 'service') return `${String(run.why.target)} is parked`
  return run.why?.hold === 'function' ? `${String(run.why.target)} is paused` : 'Its fan-out is paused'
}

export function failureText(run: Pick<RunSummary, 'error'>): string {
  return run.error === null ? 'Failed' : bare(run.error.message)
}

/** Milliseconds a run has taken, or takes so far. */
export function tookMs(run: Pick<RunSummary, 'startedAt' | 'endedAt' | 'createdAt'>, now: number): number {
  const from = Date.parse(run.startedAt ?? run.createdAt)
  return Math.max(0, (run.endedAt === null ? now : Date.parse(run.endedAt)) - from)
}

const utcTime = /(?:(\d{4}-\d\d-\d\d) )?(\d\d:\d\d(?::\d\d)?) UTC/g
const dayMs = 86_400_000

/** What the server says in UTC, by the reader's clock, as all other times on the page. One without a date is the nearest such moment. */
export function inOwnTime(sentence: string, now: number): string {
  return sentence.replaceAll(utcTime, (_all, date: string | undefined, time: string) => {
    if (date !== undefined) return formatClock(Date.parse(`${date}T${time}Z`), now)
    const today = Date.parse(`${new Date(now).toISOString().slice(0, 10)}T${time}Z`)
    return formatClock(today + Math.round((now - today) / dayMs) * dayMs, now)
  })
}

export interface SentencePart {
  text: string
  strong?: boolean
  quiet?: boolean
}

/** The run page's sentence, in parts so that facts can stand out. `why`: what the engine says instead, when it knows more. */
export function runSentence(run: RunDetail, now: number, why?: string): SentencePart[] {
  const kept = run.steps.filter((step) => step.status === 'completed')
  const open = run.steps.find((step) => ['retrying', 'sleeping', 'waiting', 'running', 'failed'].includes(step.status) && !step.handled)
  const keptPart: SentencePart[] = kept.length === 0 ? [] : [{ text: ` ${listNames(kept)} ${kept.length === 1 ? 'is' : 'are'} kept.`, quiet: true }]
  if (why !== undefined) return [{ text: inOwnTime(why, now) }, ...keptPart]
  switch (runStatusOf(run)) {
    case 'queued': return [{ text: 'In the queue. It starts as soon as a worker and a slot of the function are free.' }]
    case 'running': return open === undefined ? [{ text: 'Running.' }] : [{ text: 'Running ' }, { text: open.name, strong: true }, { text: open.attempt > 1 ? `, attempt ${open.attempt} of ${open.retries + 1}.` : '.' }, ...keptPart]
    case 'retrying': return retrying(run, open, now, keptPart)
    case 'sleeping': return [{ text: `Sleeping until ` }, { text: run.dueAt === null ? 'later' : formatClock(Date.parse(run.dueAt), now), strong: true }, { text: run.dueAt === null ? '.' : `, ${formatIn(Date.parse(run.dueAt), now)}.` }, ...keptPart]
    case 'waiting': return [{ text: closed(waitText(run, now)) }, ...keptPart]
    case 'collecting': return [{ text: `${collectText(run, now)}.` }]
    case 'held': return [{ text: `${heldText(run, now)}.` }, ...keptPart]
    case 'skipped': return [{ text: `Not begun. ${bare(run.error?.message ?? '')}.` }, ...(run.error?.fix === undefined ? [] : [{ text: ` ${run.error.fix}`, quiet: true }])]
    case 'failed': return failed(run, keptPart)
    case 'cancelled': return [{ text: `${run.error === null ? 'Cancelled' : bare(run.error.message)}. Steps that were done keep their results; nothing after them started.` }]
    default: return [{ text: `Done in ` }, { text: formatDuration(tookMs(run, now)), strong: true }, { text: `. ${stepCount(run)}` }]
  }
}

function retrying(run: RunDetail, open: StepView | undefined, now: number, keptPart: SentencePart[]): SentencePart[] {
  if (open === undefined) return [{ text: `${whatHappened(run, now)}.` }]
  const left = open.dueAt === null ? null : Date.parse(open.dueAt) - now
  return [
    { text: left !== null && left > 500 ? `Waiting ${formatDuration(left < 10_000 ? Math.ceil(left / 1000) * 1000 : left)} for attempt ` : 'About to make attempt ' },
    { text: `${open.attempt} of ${open.retries + 1}`, strong: true },
    { text: ` of ${open.name}: ` }, { text: `${bare(open.error?.message ?? 'it failed')}.` }, ...keptPart,
  ]
}

function failed(run: RunDetail, keptPart: SentencePart[]): SentencePart[] {
  const step = run.steps.find((one) => one.status === 'failed' && !one.handled)
  if (step === undefined) return [{ text: `${failureText(run)}.` }, ...(run.error?.fix === undefined ? [] : [{ text: ` ${run.error.fix}`, quiet: true }])]
  const tries = step.attempts.length || step.attempt
  // One of its items failed for good; how often that one was tried stands with the error.
  const end = step.each !== null && step.error?.fix !== undefined ? step.error.fix : tries > step.retries ? (tries === 1 ? 'It was tried once.' : `It was tried ${tries} times; no retries are left.`) : 'It was not tried again: another try would fail the same way.'
  return [{ text: step.name, strong: true }, { text: ` failed: ${bare(step.error?.message ?? failureText(run))}. ${end}` }, ...keptPart]
}

function stepCount(run: RunDetail): string {
  const done = run.steps.filter((step) => step.status === 'completed').length
  const skipped = run.steps.filter((step) => step.status === 'skipped').length
  return `${done} ${done === 1 ? 'step' : 'steps'}${skipped === 0 ? '' : `, ${skipped} not taken`}.`
}

function listNames(steps: StepView[]): string {
  const names = steps.map((step) => `“${step.name}”`)
  if (names.length > 3) return `${names.length} finished steps`
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

/** Of the other runs of the same event, where this one is in trouble: done, failed too, or not affected. */
export function othersSentence(others: readonly Pick<RunSummary, 'status'>[]): string {
  const count = (status: RunSummary['status']): number => others.filter((one) => one.status === status).length
  const [all, failed] = [others.length, count('failed')]
  if (failed === all) return all === 1 ? 'The other run of this event failed too, on its own.' : `The other ${all} runs of this event failed too, each on its own.`
  if (failed > 0) return `Of the other ${all} runs of this event ${failed} failed too.`
  return `${all === 1 ? 'The other run of this event is' : `The other ${all} runs of this event are`} ${count('completed') === all ? 'done' : 'not affected'}.`
}
