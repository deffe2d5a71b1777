/** What of a run is drawn where on the timeline: tries, waits, what comes next. Pure. */
import type { RunDetail, StepView } from '#server/runs/get-run.ts'
import type { Span } from '#observe/runs/timeline-scale.ts'

export type BarKind = 'done' | 'failed' | 'running' | 'rest' | 'next'

export interface Bar extends Span {
  kind: BarKind
  /** Attempt number; 0 for waits. */
  attempt: number
}

export interface Timeline {
  start: number
  end: number
  queuedUntil: number | null
  rows: { step: StepView; bars: Bar[] }[]
}

const ms = (moment: string) => Date.parse(moment)

export function timelineOf(run: RunDetail, now: number): Timeline {
  const rows = run.steps.map((step) => ({ step, bars: barsOf(step, run, now) }))
  const all = rows.flatMap((row) => row.bars)
  const started = run.startedAt === null ? null : ms(run.startedAt)
  // Emitted runs take their id's time from the start of the emit, which the run cannot precede.
  const start = Math.min(ms(run.createdAt), started ?? Infinity, ...all.map((bar) => bar.from))
  const end = run.endedAt === null ? Math.max(now, ...all.map((bar) => bar.to)) : Math.max(ms(run.endedAt), ...all.map((bar) => bar.to))
  // A run that was retried by hand keeps when it began, not the tries before.
  const first = Math.min(started ?? Infinity, ...all.map((bar) => bar.from))
  return { start, end: Math.max(end, start + 1), queuedUntil: Number.isFinite(first) ? first : null, rows }
}

/** The spans in which something worked, for the scale. */
export function workOf(timeline: Timeline): Span[] {
  return timeline.rows.flatMap((row) => row.bars.filter((bar) => bar.kind !== 'rest' && bar.kind !== 'next'))
}

function barsOf(step: StepView, run: RunDetail, now: number): Bar[] {
  const bars: Bar[] = []
  for (const attempt of step.attempts) {
    const from = ms(attempt.startedAt)
    rest(bars, from)
    bars.push({ kind: 'failed', from, to: ms(attempt.endedAt), attempt: attempt.attempt })
  }
  if (step.status === 'completed' && step.startedAt !== null && step.endedAt !== null) {
    const isRest = step.kind === 'sleep' || step.kind === 'wait' || step.kind === 'invoke' || step.kind === 'gather' || step.kind === 'approval' || step.kind === 'signal'
    const from = isRest ? ms(step.startedAt) : Math.max(ms(step.startedAt), bars.at(-1)?.to ?? 0)
    if (!isRest) rest(bars, from)
    bars.push({ kind: isRest ? 'rest' : 'done', from, to: ms(step.endedAt), attempt: isRest ? 0 : step.attempt })
  } else if (step.status === 'failed' && step.attempts.length === 0 && step.startedAt !== null && step.endedAt !== null) {
    bars.push({ kind: 'failed', from: ms(step.startedAt), to: ms(step.endedAt), attempt: step.attempt })
  } else {
    addOpen(bars, step, run, now)
  }
  return bars
}

function addOpen(bars: Bar[], step: StepView, run: RunDetail, now: number): void {
  const last = step.attempts.at(-1)
  if (step.status === 'running') {
    const from = last?.retryAt !== null && last !== undefined ? ms(last.retryAt) : readyAt(step, run)
    rest(bars, from)
    bars.push({ kind: 'running', from: Math.min(from, now), to: now, attempt: step.attempt })
  } else if (step.status === 'retrying' && last?.retryAt !== null && last !== undefined) {
    rest(bars, ms(last.retryAt))
    bars.push({ kind: 'next', from: Math.max(ms(last.retryAt), now), to: Math.max(ms(last.retryAt), now), attempt: step.attempt })
  } else if ((step.status === 'sleeping' || step.status === 'waiting') && step.startedAt !== null) {
    bars.push({ kind: 'rest', from: ms(step.startedAt), to: now, attempt: 0 })
  }
}

/** The pause between one try and the next. */
function rest(bars: Bar[], until: number): void {
  const before = bars.at(-1)
  if (before !== undefined && until - before.to > 1) bars.push({ kind: 'rest', from: before.to, to: until, attempt: 0 })
}

/** When the steps in front of it were done. */
function readyAt(step: StepView, run: RunDetail): number {
  const ends = step.after.map((edge) => run.steps.find((one) => one.id === edge.step)?.endedAt).filter((end) => end !== null && end !== undefined)
  return ends.length === 0 ? ms(run.startedAt ?? run.createdAt) : Math.max(...ends.map(ms))
}
