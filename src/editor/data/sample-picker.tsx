'use client'
/** Which event an event node shows: the last one, another real one, or what is written in the drawing. */
import { Button, Loader, Popover } from '@mantine/core'
import { IconCheck, IconChevronDown, IconPin } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useState } from 'react'
import { jsonEqual } from '#base/json.ts'
import type { EventNode } from '#graph/document.ts'
import { updateNode } from '#graph/edit/update-node.ts'
import { unstorableWords } from '#graph/storable.ts'
import type { RecentEvent } from '#server/events/last-events.ts'
import { ErrorNote } from '#ui/error-note.tsx'
import { notifyDone } from '#ui/notify.ts'
import { RelativeTime } from '#ui/relative-time.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import { useEditor, useEditorState } from '../context.ts'
import { followEvent, releaseData } from '../live/follow.ts'
import { useDataAtHand, type SampleEvent } from './data-at-hand.ts'
import { useLookedAt } from './looked-at.ts'
import { useSampleChoice } from './sample-choice.ts'
import classes from './sample.module.css'

interface SamplePickerProps {
  node: EventNode
  /** In the top bar: less text. */
  bar?: boolean
}

export function SamplePicker({ node, bar = false }: SamplePickerProps) {
  const [open, setOpen] = useState(false)
  const shown = useDataAtHand().events.get(node.id)
  return (
    <Popover opened={open} onChange={setOpen} width={380} position="bottom-end" trapFocus>
      <Popover.Target>
        <Button
          variant={bar ? 'subtle' : 'default'} color="gray" px={bar ? 8 : 10} fullWidth={!bar} justify={bar ? 'center' : 'space-between'} rightSection={<IconChevronDown size={14} stroke={1.7} />}
          aria-expanded={open} data-testid={bar ? 'sample-bar' : 'sample'} onClick={() => setOpen(!open)} visibleFrom={bar ? 'lg' : undefined} className={classes.button}
        >
          <span className="cut"><SampleWords shown={shown} /></span>
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={0} aria-label={`Samples of ${node.event}`}>{open && <Choices node={node} shown={shown} onDone={() => setOpen(false)} />}</Popover.Dropdown>
    </Popover>
  )
}

function SampleWords({ shown }: { shown: SampleEvent | undefined }) {
  const looked = useLookedAt()
  if (shown === undefined) return <>Sample: none yet</>
  if (shown.id === null) return <>Sample: written in the drawing</>
  const whose = shown.id === looked?.event ? looked.words : shown.picked === true && looked !== null ? `came of the ${looked.words}` : 'last real event'
  return <>Sample: {whose} · <RelativeTime at={shown.ts} ago /></>
}

function Choices({ node, shown, onDone }: { node: EventNode; shown: SampleEvent | undefined; onDone: () => void }) {
  const { workspace, viewOnly } = useEditor()
  const trpc = useTRPC()
  const { choice, choose, chooseLast, chooseOwn } = useSampleChoice()
  const looked = useLookedAt()?.event ?? null
  const events = useQuery(trpc.workflows.sampleEvents.queryOptions({ workspace, name: node.event }, { enabled: node.event !== '', staleTime: 0 }))
  const pick = (use: () => void): void => {
    use()
    releaseData()
    onDone()
  }
  const isOwn = choice.own.includes(node.id) && node.sample !== undefined
  const isChosen = (event: RecentEvent): boolean => !isOwn && looked === event.id
  return (
    <div className={classes.choices} data-testid="sample-choices">
      <div className={classes.head}>
        <b className="mono cut">{node.event || 'No name yet'}</b>
        <span>Fields, steps and completion show data of one event. Only you see this choice.</span>
      </div>
      {events.isPending && node.event !== '' && <div className={classes.note}><Loader size={16} aria-label="Looking for events" /></div>}
      {events.isError && <div className={classes.note}><ErrorNote error={events.error} onRetry={() => void events.refetch()} /></div>}
      {events.data?.length === 0 && <p className={classes.note}>No event of this name has come yet. Send a test event, and it is the sample.</p>}
      <ul className={classes.list}>
        {(events.data?.length ?? 0) > 0 && (
          <Choice checked={!isOwn && (looked === null || shown?.picked !== true)} onPick={() => pick(() => chooseLast([node.id]))}>
            <b>The last one, always</b><span className={classes.fields}>Changes with every new event.</span>
          </Choice>
        )}
        {(events.data ?? []).map((event) => (
          <Choice key={event.id} id={event.id} checked={isChosen(event)} onPick={() => pick(() => choose(event.id, [node.id]))}>
            <EventLine event={event} pattern={node.event.endsWith('*')} />
          </Choice>
        ))}
        {node.sample !== undefined && (
          <Choice checked={isOwn || shown?.id === null} onPick={() => pick(() => chooseOwn(node.id))}>
            <b>Written in the drawing</b><span className={classes.fields}>The sample data of this event, below its name.</span>
          </Choice>
        )}
      </ul>
      {shown !== undefined && shown.id !== null && (
        <div className={classes.foot}>
          <Link href={`/w/${workspace}/events/${shown.id}`}>Open the event</Link>
          <Button
            size="xs" variant="subtle" title="The drawing shows how the runs of this event went."
            onClick={() => {
              followEvent(shown.id!)
              onDone()
            }}
          >
            Show its runs
          </Button>
          {!viewOnly && <Keep node={node} shown={shown} onDone={onDone} />}
        </div>
      )}
    </div>
  )
}

function Choice({ id, checked, onPick, children }: { id?: string; checked: boolean; onPick: () => void; children: React.ReactNode }) {
  return (
    <li>
      <button type="button" aria-pressed={checked} data-event={id} onClick={onPick}>
        <span className={classes.tick}>{checked && <IconCheck size={15} stroke={2} aria-hidden="true" />}</span>
        <span className={classes.choice}>{children}</span>
      </button>
    </li>
  )
}

function EventLine({ event, pattern }: { event: RecentEvent; pattern: boolean }) {
  return (
    <>
      <span className={classes.line}>
        <b><RelativeTime at={Date.parse(event.receivedAt)} ago /></b>
        <span className={classes.id}>{pattern ? event.name : `evt_…${event.id.slice(-7)}`}</span>
        {event.source === 'ui' && <span className={classes.test}>sent by hand</span>}
      </span>
      <span className={classes.fields}>
        {event.fields.length === 0 ? 'No fields' : event.fields.map(([name, value]) => <span key={name}><i>{name}</i> {value}</span>)}
      </span>
    </>
  )
}

/** What is shown becomes the sample everybody has: part of the drawing, one step to undo. */
function Keep({ node, shown, onDone }: { node: EventNode; shown: SampleEvent; onDone: () => void }) {
  const { editor } = useEditor()
  const sample = useEditorState((state) => {
    const now = state.document.nodes[node.id]
    return now?.type === 'event' ? now.sample : undefined
  })
  const isKept = sample !== undefined && jsonEqual(sample, shown.data)
  const cannot = shown.cut !== undefined ? 'It is too large to be part of a drawing.' : unstorableWords(shown.data)
  const why = cannot !== null ? cannot : isKept ? 'The drawing has this sample already.' : 'The sample of the drawing becomes this event’s data, for everybody.'
  const keep = (): void => {
    editor.closeGesture()
    editor.edit(`Keep a sample of ${node.event}`, (document) => updateNode(document, node.id, { sample: shown.data }))
    editor.closeGesture()
    onDone()
    notifyDone('Kept as the sample in the drawing. Undo brings back the one before.')
  }
  return <Button size="xs" leftSection={<IconPin size={14} stroke={1.7} />} title={why} disabled={cannot !== null || isKept} onClick={keep}>Keep in the drawing</Button>
}
