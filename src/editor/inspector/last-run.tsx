'use client'
/** "Last time it ran": how it went, and what the step took and gave then. */
import { SegmentedControl } from '@mantine/core'
import Link from 'next/link'
import { useState } from 'react'
import { useStore } from 'zustand'
import type { StepNode } from '#graph/document.ts'
import { stepDefinition } from '#steps/definitions.ts'
import { RelativeTime } from '#ui/relative-time.tsx'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import { StepConsole } from '#ui/step-console.tsx'
import { statusTone, statusWord } from '#ui/status.ts'
import { useEditor } from '../context.ts'
import { useDataAtHand, type StepData } from '../data/data-at-hand.ts'
import { useLookedAt, type LookedAt } from '../data/looked-at.ts'
import { MarkedText } from '../form/marked-text.tsx'
import { tries } from '../try/try-store.ts'
import { Gave, Took } from './last-values.tsx'
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
        {(last.output !== undefined || takenIn(node, last)) && (
          <button type="button" className={classes.link} onClick={() => document.getElementById(sectionId(node))?.scrollIntoView({ block: 'start' })}>{last.output === undefined ? 'What it took' : 'What it gave'}</button>
        )}
      </p>
      {last.error !== undefined && <p className={classes.why}><MarkedText text={last.error} /></p>}
    </div>
  )
}

const sectionId = (node: StepNode): string => `last-run-${node.id}`

type Part = 'output' | 'input'

/** What it took is there: stored, or worked out from what the run has. */
const takenIn = (node: StepNode, last: StepData): boolean => last.input !== undefined || !stepDefinition(node.kind).recordsInput

function Recorded({ node, last }: { node: StepNode; last: StepData }) {
  const { workspace } = useEditor()
  const looked = useLookedAt()
  const hasInput = takenIn(node, last)
  const [part, setPart] = useState<Part>(last.output === undefined && hasInput ? 'input' : 'output')
  return (
    <>
      <p className={classes.line}>
        <StatusGlyph state={last.state} size={14} label="" />
        <b>{statusWord[last.state]}</b>
        <RelativeTime at={Date.parse(last.at)} ago />
        <Link href={`/w/${workspace}/runs/${last.runId}`} className={classes.link}>Open the run</Link>
      </p>
      {looked !== null && last.eventId !== undefined && <p className={panel.quiet} data-testid="last-run-of"><Whose looked={looked} event={last.eventId} /></p>}
      {last.error !== undefined && <p className={classes.error}><MarkedText text={last.error} /></p>}
      {hasInput && (
        <SegmentedControl
          size="xs" aria-label="What is shown" value={part} onChange={(value) => setPart(value as Part)}
          data={[{ value: 'output', label: 'Output' }, { value: 'input', label: 'Input' }]}
        />
      )}
      {part === 'input' && hasInput ? <Took node={node} last={last} /> : <Gave node={node} last={last} />}
      {node.kind === 'code' && part === 'output' && <StepConsole run={last.runId} step={node.key} />}
    </>
  )
}

/** Of which event that run was, while one is looked at. */
function Whose({ looked, event }: { looked: LookedAt; event: string }) {
  const { workspace } = useEditor()
  const link = (words: string) => <Link className={classes.link} href={`/w/${workspace}/events/${event}`}>{words}</Link>
  return event === looked.event ? <>Of the {link(looked.words)}.</> : <>Of {link('another event')}: one that came of the {looked.words}, or one before it.</>
}
