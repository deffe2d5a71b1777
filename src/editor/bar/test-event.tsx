'use client'
/** Send a test event: to the drawing as it is on the screen, or to what is published. */
import { Button, Checkbox, Modal, SegmentedControl, Select, Textarea } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useEffect, useState } from 'react'
import { isFanwiseError } from '#base/errors.ts'
import { readObject } from '#base/json-text.ts'
import type { Json } from '#base/json.ts'
import { errorShape, useTRPC } from '#ui/trpc.tsx'
import { TextField } from '../form/text-field.tsx'
import { useEditor, useEditorState } from '../context.ts'
import { followEvent, releaseData } from '../live/follow.ts'
import { useSampleChoice } from '../data/sample-choice.ts'
import { OutsideField } from '../try/outside-field.tsx'
import { outsideCalls, outsideFor, stepsIn } from '../try/outside-calls.ts'
import { useMailGoes, useOutsideChoice } from '../try/outside-choice.ts'
import { tickName } from '../try/sample-for.ts'
import { pinnedIn } from '../try/pin.ts'
import { GatheringText, HowMany, useGathering } from './gathering-fields.tsx'
import { useSendTest, type TestSent, type TestTarget } from './send-test.ts'
import classes from './bar.module.css'

interface Opening {
  name: string
  sample: Json | undefined
}

let opener: ((opening: Opening) => void) | null = null

/** Opens the dialog with an event's name and sample. */
export function openTestEvent(name: string, sample: Json | undefined): void {
  opener?.({ name, sample })
}

/** Exact names in the drawing, then those the workspace knows. A schedule is tested by its tick. */
function useEventNames(open: boolean) {
  const { workspace } = useEditor()
  const nodes = useEditorState((state) => state.document.nodes)
  const trpc = useTRPC()
  const known = useQuery(trpc.events.known.queryOptions({ workspace }, { enabled: open }))
  const drawn = Object.values(nodes)
  const here = drawn.flatMap((node) => (node.type === 'event' && node.event !== '' && !node.event.includes('*') ? [node.event] : []))
  const ticks = drawn.some((node) => node.type === 'schedule') ? [tickName] : []
  return {
    names: [...new Set([...here, ...ticks, ...(known.data ?? []).map((one) => one.name)])],
    first: here[0] ?? ticks[0] ?? '',
    sampleOf(name: string): Json | undefined {
      const node = drawn.find((one) => one.type === 'event' && one.event === name)
      return (node?.type === 'event' ? node.sample : undefined) ?? known.data?.find((one) => one.name === name)?.sample ?? undefined
    },
  }
}

export function TestEventDialog({ hasChanges }: { hasChanges: boolean }) {
  const { workspace } = useEditor()
  const send = useSendTest()
  const { chooseLast } = useSampleChoice()
  const [open, setOpen] = useState(false)
  const [what, setWhat] = useState<TestTarget['what']>('drawing')
  const part = useTestedPart(open)
  const [name, setName] = useState('')
  const [text, setText] = useState('{}')
  const [busy, setBusy] = useState(false)
  const [sent, setSent] = useState<TestSent | null>(null)
  const [failed, setFailed] = useState<{ message: string; fix?: string | undefined } | null>(null)
  const { names, first, sampleOf } = useEventNames(open)
  const gathering = useGathering(open ? name.trim() : '')
  const [chosenTimes, setTimes] = useState<number | undefined>()
  const times = chosenTimes ?? (gathering.length > 0 ? 5 : 1)
  const forget = (): void => {
    setSent(null)
    setFailed(null)
  }
  const show = ({ name: wanted, sample }: Opening): void => {
    setName(wanted.includes('*') ? '' : wanted || first)
    setText(JSON.stringify(sample ?? {}, null, 2))
    forget()
    setOpen(true)
  }
  useEffect(() => {
    opener = show
    return () => { opener = null }
  })
  const choose = (next: string): void => {
    setName(next)
    forget()
    const sample = sampleOf(next)
    if (sample !== undefined && sample !== null) setText(JSON.stringify(sample, null, 2))
  }
  const read = readObject(text, 'Write a JSON object, such as { "email": "ada@north.io" }.')
  const data = 'value' in read ? read.value : null
  const start = async (): Promise<void> => {
    if (data === null) return
    setBusy(true)
    forget()
    try {
      const answer = await send({ what, times, ...part }, { name: name.trim(), data })
      // Behind the dialog the drawing shows how its runs go; and what was just sent is what every panel looks at.
      if (answer.count > 0 || gathering.length > 0) followEvent(answer.event)
      else releaseData()
      chooseLast()
      setSent(answer)
    } catch (error) {
      const { message, fix } = isFanwiseError(error) ? error : errorShape(error)
      setFailed({ message, fix })
    } finally {
      setBusy(false)
    }
  }
  return (
    <Modal opened={open} onClose={() => setOpen(false)} title="Send a test event" size={520}>
      <div className={classes.test}>
        <SegmentedControl
          fullWidth aria-label="What runs" value={what} onChange={(value) => { setWhat(value as TestTarget['what']); forget() }}
          data={[{ value: 'drawing', label: 'This drawing' }, { value: 'live', label: 'What is live' }]}
        />
        <TargetText what={what} hasChanges={hasChanges} name={name.trim()} />
        <TextField label="Event" value={name} onChange={choose} suggestions={names} placeholder="user/account.created" mono />
        <Textarea
          label="Data" value={text} onChange={(event) => { setText(event.currentTarget.value); forget() }} autosize minRows={6} maxRows={16} spellCheck={false}
          classNames={{ input: classes.mono }} error={'problem' in read ? read.problem : undefined}
        />
        {what === 'drawing' && <PartFields part={part} onChange={forget} />}
        {what === 'live' && <HowMany value={times} onChange={(value) => { setTimes(value); forget() }} />}
        <GatheringText slugs={gathering} what={what} />
        {failed && <p className={classes.fail} role="alert"><b>{failed.message}</b> {failed.fix}</p>}
        {sent && <SentText sent={sent} workspace={workspace} gathering={gathering} />}
      </div>
      <div className={classes.buttons}>
        <Button onClick={() => setOpen(false)}>{sent === null || sent.count === 0 ? 'Close' : 'Watch it on the drawing'}</Button>
        <Button variant="filled" loading={busy} disabled={name.trim() === '' || data === null || isOnlyTick(what, name.trim())} onClick={() => void start()}>{buttonText(what, sent !== null, times)}</Button>
      </div>
    </Modal>
  )
}

/** What of the drawing runs, and whether it calls outside. */
function useTestedPart(open: boolean) {
  const document = useEditorState((state) => state.document)
  const [chosen, choose] = useOutsideChoice()
  const mail = useMailGoes()
  const [only, setOnly] = useState<string | null>(null)
  const [reachDraft, setReachDraft] = useState(false)
  const frames = Object.values(document.nodes).flatMap((node) => (node.type === 'function' ? [{ value: node.id, label: node.slug || 'Unnamed function' }] : []))
  const frame = frames.some((one) => one.value === only) ? only : null
  const calls = outsideCalls(open ? stepsIn(document, frame === null || reachDraft ? undefined : frame).filter((step) => step.pinned === undefined) : [], mail)
  return { frames, only: frame, setOnly, reachDraft, setReachDraft, calls, outside: outsideFor(chosen, 'all', calls), choose, pinned: pinnedIn(document) }
}

function PartFields({ part, onChange }: { part: ReturnType<typeof useTestedPart>; onChange: () => void }) {
  const { frames, only, setOnly, reachDraft, setReachDraft, calls, outside, choose, pinned } = part
  return (
    <>
      {frames.length > 1 && (
        <Select
          label="Functions" value={only ?? ''} allowDeselect={false} onChange={(value) => { setOnly(value === '' ? null : value); onChange() }}
          data={[{ value: '', label: 'All that react to the event' }, ...frames.map((one) => ({ ...one, label: `Only ${one.label}` }))]}
        />
      )}
      {only !== null && <Checkbox label="What it sends starts the other functions of this drawing" checked={reachDraft} onChange={(event) => { setReachDraft(event.currentTarget.checked); onChange() }} />}
      <OutsideField calls={calls} value={outside} onChange={(value) => { choose(value); onChange() }} />
      {pinned > 0 && <p className={classes.quietText}>{pinned === 1 ? 'One step has a pinned output: it gives that and is not run.' : `${pinned} steps have pinned outputs: they give those and are not run.`}</p>}
    </>
  )
}

function buttonText(what: TestTarget['what'], again: boolean, times: number): string {
  if (what === 'drawing') return again ? 'Test again' : 'Test the drawing'
  return again ? 'Send again' : times === 1 ? 'Send event' : `Send ${times} events`
}

/** What is live hears no ticks but those of its schedule. */
function isOnlyTick(what: TestTarget['what'], name: string): boolean {
  return what === 'live' && name === tickName
}

function TargetText({ what, hasChanges, name }: { what: TestTarget['what']; hasChanges: boolean; name: string }) {
  const { published } = useEditor()
  if (what === 'drawing') return <p className={classes.quietText}>Runs exactly what you see, published or not; what is live does not notice.</p>
  if (isOnlyTick(what, name)) return <p className={classes.warn}>What is live is started by its schedule at its times; a tick cannot be sent. Test this drawing instead, or choose an event that a function reacts to.</p>
  if (published === null) return <p className={classes.warn}>This workflow is not published, so nothing here reacts yet. The event is stored all the same.</p>
  if (hasChanges) return <p className={classes.warn}>The drawing has changes that are not live. This event starts what is published, v{published.version}.</p>
  return <p className={classes.quietText}>A real event: every published function that reacts to it runs, in all workflows.</p>
}

function SentText({ sent, workspace, gathering }: { sent: TestSent; workspace: string; gathering: string[] }) {
  const event = <Link className="mono" href={`/w/${workspace}/events/${sent.event}`}>{sent.event}</Link>
  if (sent.revision === null) {
    return <p className={classes.sent} role="status">{sent.events === 1 ? <>Stored as {event}.</> : <>{sent.events} events stored, the last as {event}.</>} {sent.count === 0 ? (gathering.length > 0 ? 'A run that gathers already takes it in.' : 'No function reacted.') : sent.count === 1 ? '1 run started.' : `${sent.count} runs started, each on its own.`}</p>
  }
  if (sent.count === 0) {
    return <p className={classes.warn} role="status">Stored as {event}, but no function of the drawing reacts to it. Check the name, the lines and their conditions.</p>
  }
  return (
    <div className={classes.sent} role="status" data-testid="test-started">
      {sent.count === 1 ? 'One run' : `${sent.count} runs`} of draft r{sent.revision} started by {event}:
      <ul className={classes.started}>
        {sent.runs.map((run) => <li key={run.id}><Link className="mono" href={`/w/${workspace}/runs/${run.id}`}>{run.function}</Link></li>)}
      </ul>
      {notRun(sent) !== null && <p>{notRun(sent)}</p>}
      {sent.notes.map((note) => <p key={note}>{note}</p>)}
    </div>
  )
}

function notRun({ pinned, stubbed }: TestSent): string | null {
  if (pinned + stubbed === 0) return null
  const parts = [...(pinned > 0 ? [`${pinned} pinned`] : []), ...(stubbed > 0 ? [`${stubbed} stubbed`] : [])]
  return `${pinned + stubbed === 1 ? 'One step is' : `${pinned + stubbed} steps are`} not run: ${parts.join(', ')}.`
}
