'use client'
import { SegmentedControl } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconStack2 } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import { timelineOf, workOf, type Bar } from '#observe/runs/timeline-bars.ts'
import { timeScale, type TimeScale } from '#observe/runs/timeline-scale.ts'
import { givenText, givenWord, stepGlyph } from '#observe/runs/step-status.ts'
import type { RunDetail, StepView } from '#server/runs/get-run.ts'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import { formatDuration } from '#ui/time.ts'
import classes from './timeline.module.css'

interface TimelineProps {
  run: RunDetail
  now: number
  selected: string | null
  onSelect(step: string): void
}

export function Timeline({ run, now, selected, onSelect }: TimelineProps) {
  const [fold, setFold] = useState(true)
  const timeline = useMemo(() => timelineOf(run, now), [run, now])
  const narrow = useMediaQuery('(max-width: 40em)') ?? false
  const scale = useMemo(() => timeScale(timeline.start, timeline.end, workOf(timeline), fold, narrow ? 0.24 : 0.075), [timeline, fold, narrow])
  return (
    <section className={classes.section} aria-label="Steps and attempts">
      <div className={classes.head}>
        <h2 className={classes.title}>Steps and attempts</h2>
        <SegmentedControl value={fold ? 'fold' : 'true'} onChange={(value) => setFold(value === 'fold')} aria-label="Time scale" data={[{ value: 'fold', label: 'Fold waits' }, { value: 'true', label: 'True scale' }]} />
      </div>
      <div className={classes.chart}>
        <div className={classes.grid} aria-hidden>
          {labelled(scale, timeline.start).map(({ text, ...tick }) => (
            <span key={tick.at} className={classes.tick} style={{ left: percent(tick.place) }}><span className="num" data-edge={tick.place > 0.94 || undefined}>{text}</span></span>
          ))}
          {scale.folds.map((one) => <Zigzag key={one.at} at={one.at} ms={one.ms} />)}
          {run.endedAt === null && now > 0 ? <span className={classes.now} style={{ left: percent(scale.place(now)) }}><span>now</span></span> : null}
        </div>
        <QueueRow scale={scale} start={timeline.start} until={timeline.queuedUntil ?? now} waiting={timeline.queuedUntil === null} />
        {timeline.rows.map(({ step, bars }) => (
          <button key={step.id} type="button" className={classes.row} data-on={selected === step.id || undefined} aria-pressed={selected === step.id} onClick={() => onSelect(step.id)}>
            <span className={classes.label}>
              <StatusGlyph state={stepGlyph(step)} />
              <span className="cut" data-quiet={step.status === 'pending' || step.status === 'skipped' || undefined}>{step.name}</span>
              {step.given === null ? null : <span className={classes.given} title={givenText(step.given)}>{givenWord[step.given]}</span>}
            </span>
            <span className={classes.lane}>
              {bars.map((bar, index) => <BarView key={index} bar={bar} scale={scale} step={step} />)}
              {bars.length === 0 ? <span className={classes.note}>{step.status === 'skipped' ? 'not taken' : afterText(step, run)}</span> : null}
            </span>
          </button>
        ))}
      </div>
    </section>
  )
}

const percent = (share: number) => `${(share * 100).toFixed(3)}%`

function tickText(ms: number): string {
  return ms < 1 ? '0' : formatDuration(ms)
}

/** The same label twice says nothing new. */
function labelled(scale: TimeScale, start: number): { at: number; place: number; text: string }[] {
  const ticks = scale.ticks.map((tick) => ({ ...tick, text: tickText(tick.at - start) }))
  return ticks.filter((tick, index) => index === 0 || tick.text !== ticks[index - 1]?.text)
}

function QueueRow({ scale, start, until, waiting }: { scale: TimeScale; start: number; until: number; waiting: boolean }) {
  const end = scale.place(until)
  return (
    <div className={classes.row}>
      <span className={classes.label}><IconStack2 size={15} stroke={1.7} aria-hidden style={{ color: 'var(--fw-ink-3)' }} /><span data-quiet>In queue</span></span>
      <span className={classes.lane}>
        <span className={classes.queue} style={{ left: 0, width: percent(end) }} />
        <span className={`${classes.note} num`} data-inside={waiting || undefined} style={{ left: waiting ? 8 : `calc(${percent(end)} + 6px)` }}>{waiting ? 'not begun yet' : `${formatDuration(Math.max(0, until - start))}, then a worker took it`}</span>
      </span>
    </div>
  )
}

function BarView({ bar, scale, step }: { bar: Bar; scale: TimeScale; step: StepView }) {
  const left = scale.place(bar.from)
  const width = Math.max(0, scale.place(bar.to) - left)
  const took = formatDuration(bar.to - bar.from)
  const several = step.attempts.length > 0
  const text = bar.kind === 'next' ? String(bar.attempt) : bar.kind === 'rest' ? took : bar.kind === 'failed' ? `${bar.attempt}${statusOf(step, bar.attempt)}` : several ? `${bar.attempt} · ${took}` : took
  const words = { done: 'done in', failed: 'failed after', running: 'runs since', rest: 'rested', next: 'next attempt' }[bar.kind]
  // Short bars say their text beside them when nothing follows there.
  const inside = width > 0.07
  return (
    <>
      <span className={classes.bar} data-kind={bar.kind} title={`${bar.attempt > 0 ? `Attempt ${bar.attempt} ` : ''}${words} ${bar.kind === 'next' ? '' : took}`} style={{ left: percent(left), width: bar.kind === 'next' ? 28 : `max(3px, ${percent(width)})` }}>
        {inside || bar.kind === 'next' ? <span className="num cut">{text}</span> : null}
      </span>
      {!inside && bar.kind !== 'next' && bar.kind !== 'rest' && left + width < 0.9 && bar.attempt > step.attempts.length - (bar.kind === 'failed' ? 1 : 0) ? <span className={`${classes.beside} num`} style={{ left: `calc(${percent(left)} + max(3px, ${percent(width)}) + 5px)` }}>{text}</span> : null}
    </>
  )
}

/** The HTTP status an attempt failed with, when it had one. */
function statusOf(step: StepView, attempt: number): string {
  const error = step.attempts.find((one) => one.attempt === attempt)?.error ?? step.error
  const status = error?.facts?.status
  return typeof status === 'number' ? ` · ${status}` : ''
}

function afterText(step: StepView, run: RunDetail): string {
  if (run.endedAt !== null) return 'did not start'
  const parents = step.after.map((edge) => run.steps.find((one) => one.id === edge.step)?.name ?? edge.step)
  if (parents.length === 0) return ''
  return parents.length === 1 ? `after ${parents[0]}` : `after ${parents.length === 2 ? 'both' : `all ${parents.length}`}`
}

function Zigzag({ at, ms }: { at: number; ms: number }) {
  return (
    <svg className={classes.zigzag} style={{ left: percent(at) }} width="10" preserveAspectRatio="none" viewBox="0 0 10 100" aria-label={`${formatDuration(ms)} folded`}>
      <path d="M5 0L8 6L2 18L8 30L2 42L8 54L2 66L8 78L2 90L5 100" fill="none" stroke="var(--fw-line-2)" vectorEffect="non-scaling-stroke" />
    </svg>
  )
}
