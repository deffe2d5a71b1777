'use client'
import { useRef } from 'react'
import { nodeTitle } from '#canvas/describe.ts'
import { endWords, failureWords, functionSentence, limitWords, onceWords, timingWords } from '#canvas/flow-words.ts'
import type { FunctionNode, GraphEdge } from '#graph/document.ts'
import { callersOf, renameFunction } from '#graph/edit/rename-function.ts'
import { longestText } from '#graph/operations.ts'
import { useEditor, useEditorState } from '../context.ts'
import { Fields } from '../form/fields.tsx'
import { TextField } from '../form/text-field.tsx'
import { useProblem } from '../form/use-field.ts'
import { useEventPaths } from './event-paths.ts'
import { EndFields } from './flow/end-fields.tsx'
import { FailureFields } from './flow/failure-fields.tsx'
import { LimitFields } from './flow/limit-fields.tsx'
import { OnceFields } from './flow/once-fields.tsx'
import { Section } from './flow/section.tsx'
import { TimingFields } from './flow/timing-fields.tsx'
import { FrameRuns } from './frame-runs.tsx'
import { LinkList, type LinkRow } from './link-list.tsx'
import { PauseFunctions } from './pause-functions.tsx'
import { useUpdate } from './use-update.ts'
import flow from './flow/flow.module.css'

export function FunctionPanel({ node, fresh }: { node: FunctionNode; fresh: boolean }) {
  const update = useUpdate(node)
  const slug = useProblem('slug')
  const { editor, viewOnly } = useEditor()
  const callers = useRef(new Set<string>())
  const rename = (value: string): void => {
    for (const id of callersOf(editor.store.getState().document, node.id)) callers.current.add(id)
    editor.edit(`Rename ${node.slug}`, (document) => renameFunction(document, node.id, value, callers.current), { group: `${node.id}.slug` })
  }
  const { nodes, edges } = useEditorState((state) => state.document)
  const starts = Object.values(edges).flatMap((edge): LinkRow[] => {
    const source = edge.type === 'subscription' && edge.target === node.id ? nodes[edge.source] : undefined
    if (source?.type === 'event') return [{ id: source.id, text: source.event || 'Unnamed event', mono: true, kind: 'event', ...onlyIf(edge, viewOnly) }]
    return source?.type === 'schedule' ? [{ id: source.id, text: nodeTitle(source), kind: 'schedule', note: source.timezone }] : []
  })
  const steps = Object.values(nodes)
    .flatMap((one) => (one.type === 'step' && one.parent === node.id ? [one] : []))
    .sort((a, b) => a.position.x - b.position.x || a.position.y - b.position.y)
  return (
    <>
      <p className={flow.sentence} data-testid="function-sentence">{functionSentence(node)}</p>
      <Fields>
        <TextField label="Slug" value={node.slug} onChange={rename} problem={slug} mono fresh={fresh} most={longestText('function', 'slug')} help="Its name in the API, unique in the workspace: small letters, digits and hyphens." />
        <TextField label="Name" value={node.name ?? ''} onChange={(value) => update('name', value === '' ? undefined : value)} placeholder="Optional, for people" most={longestText('function', 'name')} />
      </Fields>
      <FrameRuns node={node} />
      <PauseFunctions />
      <FlowSections node={node} />
      <LinkList title="Starts on" rows={starts} empty="Nothing starts it yet. Draw a line from an event or a schedule to its frame." />
      <LinkList title="Steps" rows={steps.map((step) => ({ id: step.id, text: step.name, kind: step.kind, note: `steps.${step.key}` }))} empty="No steps yet. Drag one from the left onto the frame." />
    </>
  )
}

/** The condition of a line is set on the line: said, and led to, where people look for it. */
function onlyIf(edge: GraphEdge, viewOnly: boolean): Pick<LinkRow, 'under'> {
  const condition = edge.type === 'subscription' ? (edge.if ?? '').trim() : ''
  if (condition !== '') return { under: { id: edge.id, text: `Only if ${condition}` } }
  return viewOnly ? {} : { under: { id: edge.id, text: 'Every one starts it. Start only on some…' } }
}

/** Everything that decides when runs start, how often they try and when they end. Each part is one sentence until it is used. */
function FlowSections({ node }: { node: FunctionNode }) {
  const paths = useEventPaths(node.id)
  return (
    <div className={flow.sections}>
      <Section title="When it fails" words={failureWords(node)} nothing="" fields={['retries', 'backoff', 'onFailure']} startsOpen>
        <Fields><FailureFields node={node} /></Fields>
      </Section>
      <Section title="Limits" words={limitWords(node)} nothing="None: every event starts a run at once." fields={['concurrency', 'concurrency2', 'throttle', 'rateLimit']}>
        <Fields><LimitFields node={node} paths={paths} /></Fields>
      </Section>
      <Section title="Timing" words={timingWords(node)} nothing="Each event has its own run, in the order they came." fields={['debounce', 'batch', 'priority']}>
        <Fields><TimingFields node={node} paths={paths} /></Fields>
      </Section>
      <Section title="Same work once" words={onceWords(node)} nothing="Every event counts, also one that looks like another." fields={['singleton', 'idempotency']}>
        <Fields><OnceFields node={node} paths={paths} /></Fields>
      </Section>
      <Section title="Ends early" words={endWords(node)} nothing="Runs go on until they are done." fields={['cancelOn', 'timeouts']}>
        <Fields><EndFields node={node} paths={paths} /></Fields>
      </Section>
    </div>
  )
}
