'use client'
/** What one step got, gave, and failed with, attempt by attempt. */
import { SegmentedControl, Tabs } from '@mantine/core'
import { useState } from 'react'
import { givenText, stepGlyph } from '#observe/runs/step-status.ts'
import { StepValue } from '#observe/runs/step-value.tsx'
import { RunApproval } from '#observe/approvals/run-approval.tsx'
import { RunSignal } from '#observe/approvals/run-signal.tsx'
import { ItemList, itemsWord } from '#observe/runs/item-list.tsx'
import { StepFanOut } from '#observe/fan-outs/step-fan-out.tsx'
import { SentEvents } from '#observe/runs/sent-events.tsx'
import { RunActionRetry } from '#observe/runs/run-retry-here.tsx'
import type { ErrorShape } from '#base/errors.ts'
import type { AttemptView, RunDetail, StepView } from '#server/runs/get-run.ts'
import { StepIcon } from '#canvas/step-icon.tsx'
import { Prose } from '#ui/prose.tsx'
import { JsonView } from '#ui/json-view.tsx'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import { StepConsole } from '#ui/step-console.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { statusWord } from '#ui/status.ts'
import { formatClock, formatDuration, formatIn } from '#ui/time.ts'
import type { Json } from '#base/json.ts'
import classes from './run.module.css'

export function StepPanel({ run, step, now }: { run: RunDetail; step: StepView; now: number }) {
  const workspace = useWorkspace()
  const [attemptPicked, setAttempt] = useState<number | null>(null)
  const [tab, setTab] = useState<string>(step.status === 'failed' || step.status === 'retrying' ? 'error' : step.status === 'completed' ? 'output' : 'input')
  const attempt = step.attempts.find((one) => one.attempt === (attemptPicked ?? step.attempts.at(-1)?.attempt))
  const pickedFailed = attempt !== undefined && (attemptPicked !== null || step.status !== 'completed')
  const error = pickedFailed ? attempt.error : step.status === 'completed' ? null : step.error
  const input = pickedFailed ? attempt.input : step.input
  return (
    <aside className={classes.panel} aria-label={`Step ${step.name}`}>
      <div className={classes.panelHead}>
        <span style={{ color: 'var(--fw-ink-2)' }}><StepIcon kind={step.kind} size={18} /></span>
        <b className="cut">{step.name}</b>
        <span style={{ flex: 1 }} />
        <AttemptPicker step={step} picked={attemptPicked} onPick={setAttempt} />
      </div>
      <div className={classes.panelState}>
        <StatusGlyph state={stepGlyph(step)} label="" />
        <span>{stateText(step, now)}</span>
      </div>
      {step.kind === 'emit-each' && (step.status !== 'pending' && step.status !== 'skipped') ? <StepFanOut run={run.id} step={step.id} /> : null}
      {step.kind === 'approval' && step.status === 'waiting' ? <RunApproval run={run.id} step={step.id} /> : null}
      {step.signal !== null && step.status === 'waiting' ? <RunSignal run={run.id} signal={step.signal} /> : null}
      {step.each === null ? null : <ItemList each={step.each} ended={step.status === 'failed'} />}
      <Tabs value={tab} onChange={(value) => setTab(value ?? 'input')} className={classes.tabs}>
        <Tabs.List>
          <Tabs.Tab value="input">Input</Tabs.Tab>
          <Tabs.Tab value="output">Output</Tabs.Tab>
          <Tabs.Tab value="error">Error</Tabs.Tab>
          <Tabs.Tab value="attempts">Attempts</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="input" pt={12}><InputTab run={run} step={step} input={input} /></Tabs.Panel>
        <Tabs.Panel value="output" pt={12}>
          {step.status === 'completed' || step.handled ? <><SentEvents step={step} /><StepValue run={run.id} step={step.id} part="output" value={step.output} root={`steps.${step.id}`} /></> : <p className={classes.quiet}>No output: the step is not done.</p>}
          {step.kind === 'code' && tab === 'output' ? <StepConsole run={run.id} step={step.id} /> : null}
        </Tabs.Panel>
        <Tabs.Panel value="error" pt={12}>
          {error === null ? <p className={classes.quiet}>No error{step.attempts.length > 0 ? ' in its last attempt' : ''}.</p> : <ErrorTab error={error} attempt={attempt} />}
          {step.kind === 'code' && tab === 'error' ? <StepConsole run={run.id} step={step.id} /> : null}
        </Tabs.Panel>
        <Tabs.Panel value="attempts" pt={12}><AttemptsTab step={step} now={now} /></Tabs.Panel>
      </Tabs>
      {run.status === 'failed' && step.status === 'failed' && workspace.role !== 'viewer' ? <div className={classes.panelFoot}><RunActionRetry run={run.id} /><span className={classes.quiet}>Goes on from here. Finished steps keep their results.</span></div> : null}
    </aside>
  )
}

function AttemptPicker({ step, picked, onPick }: { step: StepView; picked: number | null; onPick(attempt: number | null): void }) {
  const final = step.status === 'completed' ? [step.attempt] : []
  const numbers = [...step.attempts.map((one) => one.attempt), ...final].slice(-4)
  if (step.attempts.length === 0 || numbers.length < 2) return null
  const current = picked ?? numbers.at(-1)
  return (
    <SegmentedControl
      aria-label="Attempt" value={String(current)} onChange={(value) => onPick(step.status === 'completed' && Number(value) === step.attempt ? null : Number(value))}
      data={numbers.map((number) => ({
        value: String(number),
        label: <span className={classes.attemptLabel}><StatusGlyph state={step.status === 'completed' && number === step.attempt ? 'completed' : 'failed'} size={11} />{number}</span>,
      }))}
    />
  )
}

function stateText(step: StepView, now: number): string {
  if (step.given !== null && step.status === 'completed') return givenText(step.given)
  const took = step.startedAt !== null && step.endedAt !== null ? formatDuration(Date.parse(step.endedAt) - Date.parse(step.startedAt)) : ''
  switch (step.status) {
    case 'completed': return step.each !== null ? `${itemsWord(step)} in ${took}` : `Done in ${took}${step.attempt > 1 ? `, at attempt ${step.attempt} of ${step.retries + 1}` : ''}${step.port !== null && step.port !== 'out' ? `; left by “${step.port}”` : ''}`
    case 'failed': return step.handled ? `Failed, handled: the run went on by “${step.port}”` : step.each === null ? `Failed, ${step.attempts.length || 1} of ${step.retries + 1} attempts used` : `Failed after ${itemsWord(step)}`
    case 'retrying': return `${step.each === null ? '' : `${itemsWord(step)}. `}Attempt ${step.attempt} of ${step.retries + 1} ${step.dueAt === null || now === 0 ? 'comes next' : formatIn(Date.parse(step.dueAt), now)}`
    case 'sleeping': return step.dueAt === null || now === 0 ? 'Sleeping' : `Sleeping until ${formatClock(Date.parse(step.dueAt), now)}`
    case 'waiting': return `${step.each === null ? '' : `${itemsWord(step)}. `}Waiting for ${step.kind === 'approval' ? 'a decision' : step.kind === 'gather' ? 'every item to end' : step.kind === 'emit-each' ? 'its fan-out to go on' : step.signal !== null ? `the signal ${step.signal}` : (step.waitsFor ?? 'another run')}${step.dueAt === null || now === 0 ? '' : `, until ${formatClock(Date.parse(step.dueAt), now)}`}`
    case 'running': return step.each !== null ? `Running, ${itemsWord(step)} so far` : step.progress === null ? `Running${step.attempt > 1 ? `, attempt ${step.attempt}` : ''}` : `Sent ${step.progress.sent.toLocaleString('en')} of ${step.progress.total.toLocaleString('en')}`
    case 'skipped': return 'Not taken: the run went another way'
    default: return statusWord.queued
  }
}

function InputTab({ run, step, input }: { run: RunDetail; step: StepView; input: Json }) {
  if (input !== null) return <StepValue run={run.id} step={step.id} part="input" value={input} root="" />
  const kept = run.steps.filter((one) => one.status === 'completed' && one.id !== step.id)
  return (
    <>
      <p className={classes.quiet}>This step’s input is not stored: it follows from the event and the steps before it.</p>
      {kept.length === 0 ? null : <h3 className={classes.small}>Kept from finished steps</h3>}
      {kept.map((one) => (
        <div key={one.id} className={classes.kept}>
          <StatusGlyph state="completed" />
          <span className="mono">steps.{one.id}</span>
          <span className="mono cut" title={JSON.stringify(one.output)?.slice(0, 500)}>{JSON.stringify(one.output)?.slice(0, 80)}</span>
        </div>
      ))}
    </>
  )
}

function ErrorTab({ error, attempt }: { error: ErrorShape; attempt: AttemptView | undefined }) {
  const facts = error.facts === undefined ? {} : Object.fromEntries(Object.entries(error.facts).filter(([key]) => key !== 'input'))
  return (
    <>
      <div className={classes.errorBox}>
        <b><Prose>{error.message}</Prose></b>
        {error.fix === undefined ? null : <div><Prose>{error.fix}</Prose></div>}
        <div className={classes.errorCode}>
          <span className="mono">{error.code}</span>
          {error.field === undefined ? null : <span>field <span className="mono">{error.field}</span></span>}
          {attempt === undefined ? null : <span className="num">after {formatDuration(Date.parse(attempt.endedAt) - Date.parse(attempt.startedAt))}</span>}
        </div>
      </div>
      {Object.keys(facts).length === 0 ? null : <><h3 className={classes.small}>What is known about it</h3><JsonView value={facts as Json} maxHeight={360} /></>}
    </>
  )
}

function AttemptsTab({ step, now }: { step: StepView; now: number }) {
  const next = step.status === 'retrying' && step.dueAt !== null
  return (
    <ol className={classes.attempts}>
      {step.attempts.map((one) => (
        <li key={one.attempt}>
          <StatusGlyph state="failed" />
          <b className="num">{one.attempt}</b>
          <span className="num">{formatClock(Date.parse(one.startedAt), now || Date.parse(one.startedAt))}</span>
          <span className="cut" title={one.error.message}><Prose>{one.error.message}</Prose></span>
        </li>
      ))}
      {step.status === 'completed' && step.endedAt !== null ? (
        <li><StatusGlyph state="completed" /><b className="num">{step.attempt}</b><span className="num">{formatClock(Date.parse(step.endedAt), now || Date.parse(step.endedAt))}</span><span>done</span></li>
      ) : null}
      {next ? <li><StatusGlyph state="queued" /><b className="num">{step.attempt}</b><span className="num">{formatClock(Date.parse(step.dueAt ?? ''), now)}</span><span>{now === 0 ? '' : formatIn(Date.parse(step.dueAt ?? ''), now)}</span></li> : null}
      {step.attempts.length === 0 && step.status !== 'completed' ? <li><span className={classes.quiet}>Not tried yet.</span></li> : null}
    </ol>
  )
}

