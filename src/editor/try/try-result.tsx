'use client'
/** How the last try of this step or function went, at the top of its panel. What it gave shows under "Last time it ran". */
import { ActionIcon, Button, Loader } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import Link from 'next/link'
import { useStore } from 'zustand'
import type { GivenStep } from '#graph/trial/give.ts'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import { statusWord } from '#ui/status.ts'
import { formatDuration } from '#ui/time.ts'
import { useEditor } from '../context.ts'
import { MarkedText } from '../form/marked-text.tsx'
import { setTry, tries, tryPart, type Try } from './try-store.ts'
import classes from './try.module.css'

export function TryResult({ nodeId }: { nodeId: string }) {
  const { workspace } = useEditor()
  const one = useStore(tries, (state) => state.byNode[nodeId])
  if (one === undefined) return null
  const own = one.given.find((step) => step.nodeId === nodeId)
  const others = one.given.filter((step) => step.nodeId !== nodeId)
  return (
    <div className={classes.result} data-state={one.state} data-try-result={nodeId} data-testid="try-result">
      <div className={classes.resultHead}>
        {one.state === 'starting' ? <Loader size={13} aria-label="Starting" /> : <StatusGlyph state={one.state} size={14} label="" />}
        <b>{stateWords(one)}</b>
        {one.runId !== null && <Link className={classes.runLink} href={`/w/${workspace}/runs/${one.runId}`}>Open the run</Link>}
        <ActionIcon size={24} aria-label="Close the result" onClick={() => setTry(nodeId, null)}><IconX size={14} stroke={1.7} /></ActionIcon>
      </div>
      {one.error !== null && <p className={classes.error}><MarkedText text={one.error.message} /> {one.error.fix !== undefined && <MarkedText text={one.error.fix} />}</p>}
      {own?.as === 'stubbed' && (
        <p>It was not called: calls to the outside are stubbed. <Button size="xs" ml={6} onClick={() => tryPart(one.part, { outside: 'real' })}>Call it for real</Button></p>
      )}
      {others.length > 0 && <p className={classes.quiet}>Not run, {givenWords(others)}.</p>}
      {one.notes.map((note) => <p key={note} className={classes.quiet}>{note}</p>)}
    </div>
  )
}

function stateWords({ state, tookMs, part }: Try): string {
  if (state === 'starting') return 'Starting'
  if (state === 'error') return 'Could not start'
  const what = { step: '', from: ', from here on', function: '' }[part.mode]
  if (state === 'completed') return `Done${what}${tookMs === null ? '' : ` in ${formatDuration(tookMs)}`}`
  return `${statusWord[state]}${what}`
}

const groups: [GivenStep['as'], string][] = [['pinned', 'pinned'], ['earlier', 'last output'], ['stubbed', 'stubbed'], ['example', 'made up']]
const namesMost = 4

/** "last output: Charge customer, Update inventory; pinned: Look up". */
export function givenWords(given: GivenStep[]): string {
  return groups.flatMap(([as, word]) => {
    const names = given.filter((step) => step.as === as).map((step) => step.name)
    if (names.length === 0) return []
    const shown = names.slice(0, namesMost).join(', ')
    return [`${word}: ${shown}${names.length > namesMost ? ` and ${names.length - namesMost} more` : ''}`]
  }).join('; ')
}
