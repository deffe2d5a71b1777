'use client'
import { Button } from '@mantine/core'
import { IconPlus, IconSend } from '@tabler/icons-react'
import { useEffect, useMemo, useRef, useState } from 'react'
import { nodeTitle } from '#canvas/describe.ts'
import type { Json } from '#base/json.ts'
import { jsonEqual } from '#base/json.ts'
import { ownEventNames } from '#graph/compile/event-names.ts'
import type { EventNode, GraphNode } from '#graph/document.ts'
import { namersOf, renameEvent } from '#graph/edit/rename-event.ts'
import { emittedEvent, matchesEvent, reactionsElsewhere, sendersElsewhere, type ElsewhereFunction } from '#graph/links.ts'
import { longestText } from '#graph/operations.ts'
import { CodeField } from '../code/code-field.tsx'
import { useEditor, useEditorState } from '../context.ts'
import { useDataAtHand } from '../data/data-at-hand.ts'
import { SamplePicker } from '../data/sample-picker.tsx'
import { Fields } from '../form/fields.tsx'
import { TextField } from '../form/text-field.tsx'
import { useProblem } from '../form/use-field.ts'
import { nodePath } from '../open-at-node.ts'
import { hangFunction } from '../place.ts'
import { openTestEvent } from '../bar/test-event.tsx'
import { useEventNames } from './known-names.ts'
import { LinkList, type LinkRow } from './link-list.tsx'
import { readSample } from './read-sample.ts'
import { useUpdate } from './use-update.ts'

const ownPrefix = 'fanwise/'

export function EventPanel({ node, fresh }: { node: EventNode; fresh: boolean }) {
  const { editor, place, viewOnly } = useEditor()
  const problem = useProblem('event')
  // What Fanwise sends itself is for those who look for it, not for whoever names a first event.
  const own = node.event !== '' && (node.event.startsWith(ownPrefix) || ownPrefix.startsWith(node.event)) ? ownEventNames : []
  const names = [...useEventNames(), ...own].filter((name, i, all) => name !== node.event && all.indexOf(name) === i)
  const { senders, reactions } = useEventLinks(node)
  const known = useDataAtHand().events.get(node.id)
  const { rename, settle, followers } = useRename(node)
  const hang = (): void => {
    const added = hangFunction(editor.store.getState().document, node.id, place)
    editor.edit('Add function', () => added.document, { select: [added.id], fresh: added.id })
  }
  return (
    <>
      <Fields>
        <TextField
          label="Name" value={node.event} onChange={rename} onLeave={settle} problem={problem} mono fresh={fresh} suggestions={names} most={longestText('event', 'event')}
          placeholder="user/account.created" help={`What happened, as object/past.verb. End with /* or .* to take all that begin so.${followers}`}
        />
      </Fields>
      {node.event !== '' && <SamplePicker node={node} />}
      <Fields><SampleField node={node} /></Fields>
      <LinkList title="Sent by" rows={senders} empty={node.event.startsWith(ownPrefix) ? 'Fanwise itself.' : 'Anything with your event key, by POST /e/KEY or the SDK.'} />
      <LinkList
        title="Reacts" rows={reactions} empty="Nobody reacts yet."
        aside={viewOnly ? null : <Button size="compact-xs" variant="subtle" leftSection={<IconPlus size={13} stroke={1.7} />} onClick={hang}>Add a function</Button>}
      />
      {!viewOnly && <Button leftSection={<IconSend size={15} stroke={1.7} />} onClick={() => openTestEvent(node.event, known === undefined || known.cut !== undefined ? node.sample : known.data)} fullWidth>Send a test event</Button>}
    </>
  )
}

/** What of this drawing names the event follows a new name, as far as that is nobody's yet. */
function useRename(node: EventNode): { rename: (value: string) => void; settle: () => void; followers: string } {
  const { editor, catalog } = useEditor()
  const document = useEditorState((state) => state.document)
  const namers = useRef(new Map<string, string>())
  const names = useMemo(() => namersOf(document, node.id), [document, node.id])
  const rename = (value: string): void => {
    const { document: now } = editor.store.getState()
    for (const [id, name] of namersOf(now, node.id)) if (!namers.current.has(id)) namers.current.set(id, name)
    const known = new Set([
      ...Object.values(now.nodes).flatMap((one) => (one.type === 'event' && one.id !== node.id ? [one.event] : [])),
      ...catalog.functionsElsewhere.flatMap((one) => [...one.events, ...(one.emits ?? [])]),
    ])
    editor.edit(`Edit name of ${nodeTitle(node)}`, (before) => renameEvent(before, node.id, value, namers.current, known), { group: `${node.id}.event` })
  }
  const words = names.size === 0 ? '' : ` ${names.size === 1 ? 'What names it here follows' : `${names.size} things that name it here follow`} a new name.`
  // The name that stands when the field is left is what the next one is compared with.
  return { rename, settle: () => namers.current.clear(), followers: words }
}

function useEventLinks(node: EventNode): { senders: LinkRow[]; reactions: LinkRow[] } {
  const { catalog, workspace } = useEditor()
  const { nodes, edges } = useEditorState((state) => state.document)
  const senders: LinkRow[] = []
  const reactions: LinkRow[] = []
  for (const edge of Object.values(edges)) {
    const [source, target] = [nodes[edge.source], nodes[edge.target]]
    if (edge.type === 'feed' && edge.target === node.id && source?.type === 'webhook') senders.push({ id: source.id, text: source.name, kind: 'webhook' })
    if (edge.type === 'subscription' && edge.source === node.id && target?.type === 'function') reactions.push({ id: target.id, text: target.slug, mono: true, kind: 'function' })
  }
  if (node.event !== '') {
    for (const one of Object.values(nodes)) {
      const name = one.type === 'step' ? emittedEvent(one) : null
      if (one.type === 'step' && name !== null && matchesEvent(node.event, name)) senders.push({ id: one.id, text: one.name, kind: one.kind, ...inFunction(nodes[one.parent]) })
    }
    for (const one of sendersElsewhere(node.event, catalog.functionsElsewhere)) senders.push(elsewhere(workspace, one))
    for (const one of reactionsElsewhere(node.event, catalog.functionsElsewhere)) reactions.push(elsewhere(workspace, one))
  }
  return { senders, reactions }
}

/** Steps that send are often named alike: their function tells them apart. */
function inFunction(frame: GraphNode | undefined): Pick<LinkRow, 'note'> {
  return frame?.type === 'function' ? { note: `in ${frame.slug}` } : {}
}

/** A function of another workflow; its name leads there, with its frame selected. */
function elsewhere(workspace: string, { slug, workflow, nodeId }: ElsewhereFunction): LinkRow {
  return { text: slug, mono: true, note: `in ${workflow}`, kind: 'function', ...(nodeId === undefined ? {} : { href: nodePath(workspace, workflow, nodeId) }) }
}

/** The sample is JSON in the document, so text that is not JSON yet stays in the field only, and says so. */
function SampleField({ node }: { node: EventNode }) {
  const update = useUpdate(node)
  const [text, setText] = useState(() => show(node.sample))
  const parsed = readSample(text)
  useEffect(() => {
    // An undo or a colleague changed it.
    setText((now) => {
      const current = readSample(now)
      return current.ok && jsonEqual(current.value ?? null, node.sample ?? null) ? now : current.ok ? show(node.sample) : now
    })
  }, [node.sample])
  const change = (next: string): void => {
    setText(next)
    const result = readSample(next)
    if (result.ok && !jsonEqual(result.value ?? null, node.sample ?? null)) update('sample', result.value)
  }
  return (
    <CodeField
      label="Sample data" language="json" value={text} onChange={change}
      help="What a real one carries. Forms, tests and completion use it."
      problem={parsed.ok ? null : { severity: 'error', text: `${parsed.message} The last valid sample is kept.` }}
    />
  )
}

const show = (sample: Json | undefined): string => (sample === undefined ? '' : JSON.stringify(sample, null, 2))
