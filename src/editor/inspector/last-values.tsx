'use client'
/** What a step gave and took when it last ran, as trees: a field is dragged or put where it can be read, else it says why not. */
import { Button, Loader } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import type { StepNode } from '#graph/document.ts'
import type { StepInput } from '#server/workflows/step-input.ts'
import { ErrorNote } from '#ui/error-note.tsx'
import { JsonView, type NameUse } from '#ui/json-view.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import { useEditor } from '../context.ts'
import type { StepData } from '../data/data-at-hand.ts'
import { draggablePath, draggableValue } from '../form/drag-path.ts'
import { takePath } from '../form/insertion.ts'
import classes from './last-run.module.css'
import panel from './inspector.module.css'

interface ValueProps {
  node: StepNode
  last: StepData
}

const readable: NameUse = { click: { title: (path) => `Insert ${path}`, act: takePath }, drag: draggablePath }

/** Its paths are for the steps after it; a field of its own says so when one is dropped there. */
const ofOutput: NameUse = { drag: draggablePath }

export function Gave({ node, last }: ValueProps) {
  if (last.output === undefined && last.cut === undefined) {
    return last.error === undefined
      ? <p className={panel.quiet}>It has given nothing yet.</p>
      : last.input === undefined ? null : <p className={panel.quiet}>It gave nothing: it failed.</p>
  }
  return (
    <>
      {last.output !== undefined && <JsonView value={last.output} root={`steps.${node.key}`} open={2} maxHeight={320} names={ofOutput} />}
      {last.cut !== undefined && <Cut last={last} characters={last.cut} isShown={last.output !== undefined} />}
    </>
  )
}

export function Took({ node, last }: ValueProps) {
  return last.input === undefined ? <WorkedOut node={node} last={last} /> : <JsonView value={last.input} open={2} maxHeight={280} names={stored} />
}

const noPath = 'This is what the step sent, made by its own fields: no path leads to it. Drag where it comes from, out of “Data you can use”.'
const stored: NameUse = { drag: () => draggableValue(noPath) }

/** A kind that stores no input: the values of the paths it read then. */
function WorkedOut({ node, last }: ValueProps) {
  const { workspace } = useEditor()
  const trpc = useTRPC()
  const query = useQuery(trpc.workflows.stepInput.queryOptions({ workspace, run: last.runId, node: node.id, key: node.key }, { staleTime: last.state === 'completed' || last.state === 'failed' ? 300_000 : 0 }))
  if (query.isPending) return <Loader size={16} aria-label="Working out what it took" />
  if (query.isError) return <ErrorNote error={query.error} onRetry={() => void query.refetch()} />
  const input = query.data
  if (input.value === null) return <p className={panel.quiet}>What it took cannot be told. {input.why}</p>
  const isEmpty = Object.keys(input.value).length === 0
  return (
    <>
      <p className={panel.quiet}>{isEmpty && input.lost.length + input.absent.length === 0 ? 'It reads nothing of the event or of the steps before it.' : 'What its fields read in that run.'}</p>
      {!isEmpty && <JsonView value={input.value} open={4} maxHeight={280} names={readable} />}
      <Gaps input={input} />
      {input.cut !== undefined && <Cut last={last} characters={input.cut} isShown />}
    </>
  )
}

function Gaps({ input: { absent, lost } }: { input: StepInput }) {
  if (absent.length + lost.length === 0) return null
  return (
    <ul className={classes.gaps} data-testid="input-gaps">
      {absent.map((path) => <li key={path}><code>{path}</code> had no value</li>)}
      {lost.map(({ path, why }) => <li key={path}><code>{path}</code> {why}</li>)}
    </ul>
  )
}

function Cut({ last, characters, isShown }: { last: StepData; characters: number; isShown: boolean }) {
  const { workspace } = useEditor()
  return (
    <div className={classes.cut}>
      <span>{isShown ? `Shortened here: ${characters.toLocaleString('en')} characters in all.` : `${characters.toLocaleString('en')} characters: too many to show here.`}</span>
      <Button component={Link} href={`/w/${workspace}/runs/${last.runId}`} size="compact-xs" variant="subtle">See it all in the run</Button>
    </div>
  )
}
