'use client'
/**
 * The screen before a publish: what changes in each function, whom it reaches, the drawing with
 * its changes; then all of it goes live, or only the functions that are chosen.
 */
import { Button, Loader, Modal, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useMemo, useState, type Dispatch, type SetStateAction } from 'react'
import { chooseFunctions, withRenamed } from '#graph/choose.ts'
import { compile } from '#graph/compile/index.ts'
import { functionDifferences } from '#graph/differences.ts'
import { withReturning, type FunctionChange, type PublishedFunction } from '#graph/diff.ts'
import { emptyDocument } from '#graph/document.ts'
import { impactOf } from '#graph/impact.ts'
import { ErrorNote } from '#ui/error-note.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import { ProblemList } from '../bar/problems.tsx'
import { useFocusBack } from '../commands/use-focus-back.ts'
import { useEditor, useEditorState } from '../context.ts'
import { pinnedIn } from '../try/pin.ts'
import { DrawingPane } from './drawing-pane.tsx'
import { FunctionChangeItem } from './function-change.tsx'
import { ImpactList } from './impact-list.tsx'
import classes from './review.module.css'

export interface Choice {
  /** Absent: the whole drawing. */
  functions?: string[]
  note?: string
}

export interface ReviewProps {
  changes: FunctionChange[]
  busy: boolean
  onPublish: (choice: Choice) => void
  onDiscard: (() => void) | null
  onClose: () => void
}

export function Review(props: ReviewProps) {
  const { findings } = useEditor()
  useFocusBack()
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set())
  const moved = props.changes.filter((one) => one.change !== 'unchanged')
  const picked = moved.filter((one) => !left.has(one.slug)).length
  const title = findings.errors > 0 ? `${findings.errors} to fix first` : moved.length === 0 ? 'Publish the drawing?' : picked === 0 ? 'Choose what to publish' : `Publish ${picked} ${picked === 1 ? 'function' : 'functions'}?`
  return (
    <Modal opened onClose={props.onClose} title={title} fullScreen radius={0} padding={0} styles={{ content: { border: 0 }, header: { padding: '12px 20px', minHeight: 62 } }} transitionProps={{ duration: 180, transition: 'fade' }} closeButtonProps={{ 'aria-label': 'Close the review' }}>
      <ReviewBody {...props} left={left} setLeft={setLeft} />
    </Modal>
  )
}

interface ReviewBodyProps extends ReviewProps {
  /** Functions that wait in the draft. */
  left: ReadonlySet<string>
  setLeft: Dispatch<SetStateAction<ReadonlySet<string>>>
}

function ReviewBody({ changes, busy, onPublish, onDiscard, onClose, left, setLeft }: ReviewBodyProps) {
  const { workspace, slug, findings, published, catalog } = useEditor()
  const document = useEditorState((state) => state.document)
  const [note, setNote] = useState('')
  const [focus, setFocus] = useState<string | null>(null)
  const trpc = useTRPC()
  const facts = useQuery(trpc.workflows.review.queryOptions({ workspace, slug }, { staleTime: 0 }))
  const moved = changes.filter((one) => one.change !== 'unchanged')
  const blocked = findings.errors > 0
  const before = useMemo(() => published?.document ?? emptyDocument(), [published])
  const pickedText = moved.filter((one) => !left.has(one.slug)).map((one) => one.slug).join(' ')
  const picked = useMemo(() => (pickedText === '' ? [] : pickedText.split(' ')), [pickedText])
  const whole = !blocked && picked.length === moved.length
  const chosen = useMemo(() => (whole ? document : chooseFunctions(before, document, picked)), [whole, document, before, picked])
  const live = useMemo(() => new Map((facts.data?.live ?? []).map((one) => [one.slug, one.definition])), [facts.data])
  const drawn = useMemo(() => new Map(findings.functions.map((one) => [one.slug, one])), [findings])
  const impact = useMemo(() => {
    const functions = whole ? findings.functions : compile(chosen, catalog).functions
    return impactOf({ document: before, functions: [...live.values()] }, { document: chosen, functions }, catalog.functionsElsewhere)
  }, [whole, chosen, findings, catalog, before, live])
  const pick = (name: string, on: boolean): void => {
    const group = withRenamed(before, document, new Set([name]))
    setLeft((was) => new Set(on ? [...was].filter((one) => !group.has(one)) : [...was, ...group]))
  }
  const publish = (): void => onPublish({ ...(whole ? {} : { functions: [...withRenamed(before, document, new Set(picked))] }), ...(note.trim() === '' ? {} : { note: note.trim() }) })
  return (
    <div className={classes.body} data-testid="review">
      <div className={classes.side}>
        <div className={classes.list}>
          {blocked && <div className={classes.blocked}><ProblemList list={findings.diagnostics.filter((one) => one.severity === 'error')} onGo={onClose} /></div>}
          {blocked && moved.length > 0 && <p className={classes.quiet}>The functions below have no errors. They can be published without the others.</p>}
          {facts.error !== null && <ErrorNote error={facts.error} onRetry={() => void facts.refetch()} />}
          <Changed moved={moved} earlier={facts.data?.earlier ?? []} left={left} pick={pick} setFocus={setFocus} live={live} drawn={drawn} single={moved.length === 1 && !blocked} />
          <Stays changes={changes} />
          <Pins />
          {facts.isPending ? <Loader size="sm" aria-label="Looking whom it reaches" /> : moved.length > 0 && (
            <ImpactList impact={impact} more={facts.data?.more ?? false} inFlight={(facts.data?.inFlight ?? []).filter((one) => picked.includes(one.slug))} />
          )}
        </div>
        <div className={classes.foot}>
          {(moved.length > 0 || !blocked) && <TextInput label="Why" placeholder="Optional, for the history" maxLength={1000} value={note} onChange={(event) => setNote(event.currentTarget.value)} />}
          <div className={classes.buttons}>
            {onDiscard !== null && <Button variant="subtle" mr="auto" onClick={onDiscard}>Discard these changes</Button>}
            <Button onClick={onClose}>{blocked ? 'Close' : 'Not now'}</Button>
            {(!blocked || moved.length > 0) && <Button variant="filled" loading={busy} data-testid="publish-confirm" data-autofocus disabled={moved.length > 0 && picked.length === 0} onClick={publish}>{moved.length === 0 ? 'Publish' : `Publish ${picked.length}`}</Button>}
          </div>
        </div>
      </div>
      <DrawingPane before={before} after={chosen} focus={focus} />
    </div>
  )
}

interface ChangedProps {
  moved: FunctionChange[]
  /** Functions that were here before. */
  earlier: readonly PublishedFunction[]
  left: ReadonlySet<string>
  pick: (slug: string, on: boolean) => void
  setFocus: (id: string | null) => void
  live: ReadonlyMap<string, Parameters<typeof functionDifferences>[0] & object>
  drawn: ReadonlyMap<string, Parameters<typeof functionDifferences>[1] & object>
  /** One change alone: there is nothing to choose. */
  single: boolean
}

function Changed({ moved, earlier, left, pick, setFocus, live, drawn, single }: ChangedProps) {
  if (moved.length === 0) return <p className={classes.quiet}>No function behaves differently: only places, notes, samples or pinned outputs changed.</p>
  return (
    <section aria-label="What changes">
      <h3 className={classes.section}>What changes</h3>
      <ul style={{ listStyle: 'none', margin: 0, padding: 0 }}>
        {withReturning(moved, drawn, earlier).map((change) => (
          <FunctionChangeItem
            key={change.slug} change={change} differences={functionDifferences(live.get(change.slug) ?? null, drawn.get(change.slug) ?? null)}
            {...(single ? {} : { picked: !left.has(change.slug) })} onPick={(on) => pick(change.slug, on)} onFocus={setFocus}
          />
        ))}
      </ul>
    </section>
  )
}

function Pins() {
  const pinned = useEditorState((state) => pinnedIn(state.document))
  if (pinned === 0) return null
  return <p className={classes.quiet} data-testid="pins-note">{pinned === 1 ? 'One pinned output is only for tests.' : `${pinned} pinned outputs are only for tests.`} What is published runs every step.</p>
}

function Stays({ changes }: { changes: FunctionChange[] }) {
  const stay = changes.filter((one) => one.change === 'unchanged')
  if (stay.length === 0 || stay.length === changes.length) return null
  return (
    <section aria-label="What stays">
      <h3 className={classes.section}>{stay.length === 1 ? 'One stays as it is' : `${stay.length} stay as they are`}</h3>
      <p className={classes.quiet}><span className="mono">{stay.map((one) => `${one.slug} v${one.from}`).join(', ')}</span></p>
    </section>
  )
}
