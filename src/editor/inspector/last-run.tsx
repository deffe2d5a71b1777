'use client'
/** "Last time it ran": how it went, and what the step took and gave then. */
import { Button, SegmentedControl } from '@mantine/core'
import Link from 'next/link'
import { useState } from 'react'
import { useStore } from 'zustand'
import type { StepNode } from '#graph/document.ts'
import { JsonView } from '#ui/json-view.tsx'
import { RelativeTime } from '#ui/relative-time.tsx'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import { statusTone, statusWord } from '#ui/status.ts'
import { useEditor } from '../context.ts'
import { useDataAtHand, type StepData } from '../data/data-at-hand.ts'
import { useSampleChoice } from '../data/sample-choice.ts'
import { MarkedText } from '../form/marked-text.tsx'
import { tries } from '../try/try-store.ts'
import classes from './last-run.module.css'
import panel from './inspector.module.css'

export function LastRun({ node }: { node: StepNode }) {
  const last = useDataAtHand().steps.get(node.id)
  return (
    <section id={sectionId(node)} className={panel.part} data-testid="last-run" aria-label="Last time it ran">
      <div className={panel.sectionHead}><h3>Last time it ran</h3></div>
      {last === undefined
        ? <p className={panel.quiet}>Has not run yet. Send a test event, and what it gives shows here.</p>
        : <Recorded key={`${last.runId} ${last.at}`} node={node} last={last} />}
    </section>
  )
}

/** The same in one line, for the top of the panel: a failure is read without looking for it. */
export function LastRunLine({ node }: { node: StepNode }) {
  const last = useDataAtHand().steps.get(node.id)
  const tried = useStore(tries, (state) => state.byNode[node.id] !== undefined)
  // Whoever has just tried it reads how that went in the same place.
  if (last === undefined || tried) return null
  return (
    <div className={classes.top} data-tone={statusTone[last.state]} data-testid="last-run-line">
      <p className={classes.line}>
        <StatusGlyph state={last.state} size={14} label="" />
        <b>{statusWord[last.state]}</b>
        <RelativeTime at={Date.parse(last.at)} ago />
        {(last.output ?? last.input) !== undefined && (
          <button type="button" className={classes.link} onClick={() => document.getElementById(sectionId(node))?.scrollIntoView({ block: 'start' })}>{last.output === undefined ? 'What it took' : 'What it gave'}</button>
        )}
      </p>
      {last.error !== undefined && <p className={classes.why}><MarkedText text={last.error} /></p>}
    </div>
  )
}

const sectionId = (node: StepNode): string => `last-run-${node.id}`

type Part = 'output' | 'input'

function Recorded({ node, last }: { node: StepNode; last: StepData }) {
  const { workspace } = useEditor()
  const { choice } = useSampleChoice()
  const [part, setPart] = useState<Part>(last.output === undefined && last.input !== undefined ? 'input' : 'output')
  const other = choice.event !== null && last.eventId !== undefined && last.eventId !== choice.event
  return (
    <>
      <p className={classes.line}>
        <StatusGlyph state={last.state} size={14} label="" />
        <b>{statusWord[last.state]}</b>
        <RelativeTime at={Date.parse(last.at)} ago />
        <Link href={`/w/${workspace}/runs/${last.runId}`} className={classes.link}>Open the run</Link>
      </p>
      {other && <p className={panel.quiet}>Of <Link className={classes.link} href={`/w/${workspace}/events/${last.eventId}`}>another event</Link>: one that came of the sample, or one before it.</p>}
      {last.error !== undefined && <p className={classes.error}><MarkedText text={last.error} /></p>}
      {last.input !== undefined && (
        <SegmentedControl
          size="xs" aria-label="What is shown" value={part} onChange={(value) => setPart(value as Part)}
          data={[{ value: 'output', label: 'Output' }, { value: 'input', label: 'Input' }]}
        />
      )}
      {part === 'input' && last.input !== undefined ? <JsonView value={last.input} open={2} maxHeight={280} /> : <Output node={node} last={last} />}
    </>
  )
}

function Output({ node, last }: { node: StepNode; last: StepData }) {
  const { workspace } = useEditor()
  if (last.output === undefined && last.cut === undefined) {
    return last.error === undefined
      ? <p className={panel.quiet}>It has given nothing yet.</p>
      : last.input === undefined ? null : <p className={panel.quiet}>It gave nothing: it failed.</p>
  }
  return (
    <>
      {last.output !== undefined && <JsonView value={last.output} root={`steps.${node.key}`} open={2} maxHeight={320} />}
      {last.cut !== undefined && (
        <div className={classes.cut}>
          <span>{last.output === undefined ? `${last.cut.toLocaleString('en')} characters: too many to show here.` : `Shortened here: ${last.cut.toLocaleString('en')} characters in all.`}</span>
          <Button component={Link} href={`/w/${workspace}/runs/${last.runId}`} size="compact-xs" variant="subtle">See it all in the run</Button>
        </div>
      )}
    </>
  )
}
