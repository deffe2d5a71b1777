'use client'
/** The first tour: a card that points at the real thing and goes on when the person has done it. */
import { Button, CloseButton, Portal } from '@mantine/core'
import { useElementSize, useMediaQuery } from '@mantine/hooks'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { useEffect, useRef } from 'react'
import { tourIds } from '#examples/tour.ts'
import { notifyError } from '#ui/notify.ts'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import { statusWord } from '#ui/status.ts'
import { useTour } from '#ui/tour/use-tour.ts'
import { useTRPC } from '#ui/trpc.tsx'
import { announce } from '../commands/announce.ts'
import { useEditor } from '../context.ts'
import { placeCard } from './placement.ts'
import { lastStep, steps, type TourRun, type TourStep } from './steps.ts'
import { setTourStarter } from './start-tour.ts'
import { besides, usePointing } from './use-pointing.ts'
import { useTourFacts } from './use-tour-facts.ts'
import classes from './tour.module.css'

/** Only in the workflow the tour was begun in, and where there is room for it. */
export function Tour() {
  const { workspace, slug, viewOnly } = useEditor()
  const { tour, begin } = useTour()
  useStarter(begin, tour?.state === 'done')
  const wide = useMediaQuery('(min-width: 820px)', true, { getInitialValueInEffect: false })
  if (!tour || tour.state !== 'going' || tour.workspace !== workspace || tour.workflow !== slug || viewOnly || !wide) return null
  const index = Math.max(0, steps.findIndex((step) => step.id === tour.step))
  return <Stop key={steps[index]!.id} step={steps[index]!} index={index} />
}

/** Help and the search by name begin it anew once it was finished, else where it was left. */
function useStarter(begin: (again?: boolean) => void, finished: boolean): void {
  const start = useRef(() => {})
  start.current = () => begin(finished)
  useEffect(() => {
    setTourStarter(() => start.current())
    return () => setTourStarter(null)
  }, [])
}

function Stop({ step, index }: { step: TourStep; index: number }) {
  const { editor } = useEditor()
  const { move } = useTour()
  const facts = useTourFacts(step.id)
  const crm = useCrm()
  const done = step.done?.(facts) ?? false
  const text = step.text(facts)
  // What the tour broke, it mends.
  const mend = (): void => {
    if (facts.crmFails && step.id === 'fail') crm.change(false)
  }
  const go = (): void => {
    mend()
    move(steps[index + 1]?.id ?? lastStep)
  }
  const leave = (): void => {
    mend()
    move(step.id, 'left')
    announce('You left the tour. It goes on from Help.')
  }
  const show = (): void => {
    const element = step.focus?.(facts).map((selector) => window.document.querySelector<HTMLElement>(selector)).find((one) => one !== null)
    element?.focus()
    const id = element?.getAttribute('data-id')
    // A pointer's focus selects nothing by itself.
    if (id) editor.select([id])
  }
  useDone(done, step.settleMs ?? 0, go, ownWords(step, facts))
  useEffect(() => announce(`Tour, step ${index + 1} of ${steps.length}: ${step.title}. ${text}`), [index, step.title, text])
  const frame = facts.document.nodes[tourIds.functions[1]]
  const failing = frame?.type === 'function' ? frame.slug : null
  const run = facts.runs?.find((one) => one.function === failing) ?? facts.runs?.[0]
  return (
    <Card step={step} index={index} targets={step.targets(facts)} text={text} onLeave={leave}>
      {facts.runs === null || step.id === 'run' ? null : <Runs runs={facts.runs} />}
      <div className={classes.buttons}>
        {step.focus === undefined || step.targets(facts).length === 0 ? null : <Button size="xs" onClick={show}>Show me</Button>}
        {step.id === 'fail' && !facts.crmFails && facts.runs === null ? <Button size="xs" variant="filled" loading={crm.busy} onClick={() => crm.change(true)}>Make the CRM fail</Button> : null}
        {step.id === 'fail' && facts.crmFails && facts.runs !== null ? <Button size="xs" variant="filled" loading={crm.busy} onClick={() => crm.change(false)}>Mend the CRM</Button> : null}
        {step.next === undefined ? null : step.next(facts) ? <Button size="xs" variant="filled" onClick={go}>Next</Button> : null}
        {step.id === 'run' ? <OpenRun run={run} /> : null}
        {step.id === 'run' || step.next?.(facts) ? null : <Button size="xs" variant="subtle" color="gray" onClick={go}>Skip</Button>}
      </div>
    </Card>
  )
}

/** What is being typed: the step waits while it changes. */
function ownWords(step: TourStep, facts: ReturnType<typeof useTourFacts>): string {
  return step.settleMs === undefined ? '' : Object.values(facts.document.nodes).map((node) => ('name' in node ? node.name : '')).join()
}

function useDone(done: boolean, settleMs: number, go: () => void, words: string): void {
  const next = useRef(go)
  next.current = go
  useEffect(() => {
    if (!done) return
    const timer = setTimeout(() => next.current(), Math.max(350, settleMs))
    return () => clearTimeout(timer)
  }, [done, settleMs, words])
}

const barHeight = 52
const railWidth = 44

function Card({ step, index, targets, text, onLeave, children }: { step: TourStep; index: number; targets: string[]; text: string; onLeave: () => void; children: React.ReactNode }) {
  const target = usePointing(targets)
  const { ref, width, height } = useElementSize<HTMLElement>()
  const size = { w: width, h: height }
  const place = placeCard(target, size, { x: railWidth, y: barHeight, w: window.innerWidth - railWidth, h: window.innerHeight - barHeight }, target === null ? [] : besides(target))
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    // Whoever pressed Next stays in the card; whoever works on the drawing is not interrupted.
    const { activeElement } = window.document
    if (activeElement === null || activeElement === window.document.body) heading.current?.focus({ preventScroll: true })
  }, [])
  return (
    <Portal>
      {target === null ? null : <div className={classes.ring} style={{ left: target.x - 6, top: target.y - 6, width: target.w + 12, height: target.h + 12 }} aria-hidden />}
      <aside ref={ref} className={classes.card} style={{ left: place.x, top: place.y, visibility: height === 0 ? 'hidden' : undefined }} aria-label="Tour" data-testid="tour" data-step={step.id}>
        <div className={classes.head}>
          <span className="num">{index + 1} of {steps.length}</span>
          <span className={classes.dots} aria-hidden>{steps.map((one, i) => <i key={one.id} data-on={i <= index || undefined} />)}</span>
          <CloseButton size={22} iconSize={14} aria-label="Leave the tour" onClick={onLeave} />
        </div>
        <h2 ref={heading} tabIndex={-1}>{step.title}</h2>
        <p>{text}</p>
        {step.keys === undefined ? null : <p className={classes.keys}>By keyboard: {step.keys}</p>}
        {children}
      </aside>
    </Portal>
  )
}

function Runs({ runs }: { runs: TourRun[] }) {
  return (
    <ul className={classes.runs} aria-label="Runs of your event">
      {runs.map((run) => (
        <li key={run.id}><StatusGlyph state={run.status} size={14} label="" /><span className="mono cut">{run.function}</span><small>{statusWord[run.status]}</small></li>
      ))}
    </ul>
  )
}

function OpenRun({ run }: { run: TourRun | undefined }) {
  const { workspace } = useEditor()
  return <Button size="xs" variant="filled" component={Link} href={run === undefined ? `/w/${workspace}/runs` : `/w/${workspace}/runs/${run.id}`}>{run === undefined ? 'Open the runs' : 'Open the run'}</Button>
}

function useCrm(): { busy: boolean; change(fails: boolean): void } {
  const { workspace } = useEditor()
  const trpc = useTRPC()
  const client = useQueryClient()
  const { isPending, mutate } = useMutation(trpc.playground.change.mutationOptions({ onError: notifyError, onSuccess: () => client.invalidateQueries(trpc.playground.pathFilter()) }))
  return { busy: isPending, change: (fails) => mutate({ workspace, service: 'crm', settings: fails ? { mode: 'fail', status: 503 } : { mode: 'ok' } }) }
}
