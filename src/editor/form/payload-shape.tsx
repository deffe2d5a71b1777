'use client'
/** Under an emit step's data: which functions react, which fields they read, and which of these are not sent. */
import { Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useDebouncedValue } from '@mantine/hooks'
import { useMemo } from 'react'
import type { StepNode } from '#graph/document.ts'
import { updateNode } from '#graph/edit/update-node.ts'
import { eventReads } from '#graph/event-reads.ts'
import { emittedEvent, matchesEvent } from '#graph/links.ts'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import { useEditor, useEditorState } from '../context.ts'
import { hangReaction } from '../place.ts'
import { addField, likelySource, wantedFields, type Reader, type WantedField } from './payload.ts'
import { tryText } from './try-text.ts'
import { useCandidates, useReadable } from './use-readable.ts'
import classes from './payload.module.css'

const typingMs = 400
const readersNamed = 2

export function PayloadShape({ step }: { step: StepNode }) {
  const { editor, place, viewOnly } = useEditor()
  const event = emittedEvent(step) ?? ''
  const text = typeof step.config.data === 'string' ? step.config.data : '{}'
  const readers = useReaders(event)
  const isDrawn = useEditorState(({ document: { nodes, edges } }) => Object.values(edges).some((edge) => {
    const source = edge.type === 'subscription' ? nodes[edge.source] : undefined
    return source?.type === 'event' && event !== '' && matchesEvent(source.event, event)
  }))
  const readable = useReadable()
  const candidates = useCandidates('json')
  const fields = useMemo(() => {
    const outcome = tryText(text, 'json', readable, { item: step.kind === 'emit-each' })
    return wantedFields(readers ?? [], text, outcome.kind === 'value' ? outcome.value : undefined)
  }, [readers, text, readable, step.kind])
  if (event === '' || readers === null) return null
  const add = ({ path }: WantedField): void => {
    const next = addField(text, path, likelySource(path, candidates))
    if (next === null) return
    editor.edit(`Add ${path.join('.')} to ${step.name}`, (document) => updateNode(document, step.id, { config: { data: next } }))
    editor.closeGesture()
  }
  const missing = fields.filter((one) => !one.sent).length
  const react = (): void => {
    const added = hangReaction(editor.store.getState().document, step, event, place)
    editor.edit(`Add a function for ${event}`, () => added.document, { select: [added.id], fresh: added.id })
  }
  return (
    <section className={classes.payload} data-testid="payload-shape" aria-label={`What ${event} carries`}>
      <p className={classes.lead}>{readers.length === 0 && isDrawn ? <>What is drawn for <span className={classes.event}>{event}</span> has something to fix first. Then it stands here what it reads.</> : lead(event, readers, fields.length, missing)}</p>
      {readers.length === 0 && !isDrawn && !viewOnly && <Button size="compact-xs" mt={6} variant="default" leftSection={<IconPlus size={12} stroke={1.7} />} onClick={react}>Add a function for it</Button>}
      {fields.length > 0 && (
        <ul>
          {fields.map((field) => (
            <li key={field.path.join('.')} data-sent={field.sent}>
              {field.sent ? <StatusGlyph state="completed" size={12} label="sent" /> : <StatusGlyph state={field.required ? 'error' : 'warning'} size={12} label={field.required ? 'missing' : 'missing, not always needed'} />}
              <span className={classes.name}>{field.path.join('.')}</span>
              <span className={classes.by}>{names(field)}</span>
              {!field.sent && addField(text, field.path, undefined) !== null && (
                <Button size="compact-xs" variant="default" leftSection={<IconPlus size={12} stroke={1.7} />} aria-label={`Add field ${field.path.join('.')}`} onClick={() => add(field)}>Add field</Button>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function lead(event: string, readers: readonly Reader[], fields: number, missing: number): React.ReactNode {
  const name = <span className={classes.event}>{event}</span>
  if (readers.length === 0) return <>Nobody reacts to {name} yet. It is stored, and functions that are added later see the next ones.</>
  const react = readers.length === 1 ? <><b className={classes.event}>{readers[0]!.slug}</b> reacts</> : <><b>{readers.length} functions</b> react</>
  if (fields === 0) return <>{react} to {name}, and {readers.length === 1 ? 'reads' : 'read'} none of its fields.</>
  return <>{react} to {name}. {missing === 0 ? 'All that is read is sent.' : missing === 1 ? 'One field that is read is not sent.' : `${missing} fields that are read are not sent.`}</>
}

function names({ by }: WantedField): string {
  const shown = by.slice(0, readersNamed).map((one) => (one.workflow === undefined ? one.slug : `${one.slug} in ${one.workflow}`))
  return `${shown.join(', ')}${by.length > readersNamed ? ` and ${by.length - readersNamed} more` : ''}`
}

/** In this drawing as it is now, elsewhere as it is published; null while that is not known. */
function useReaders(event: string): Reader[] | null {
  const { workspace, slug, findings } = useEditor()
  const trpc = useTRPC()
  const [asked] = useDebouncedValue(event, typingMs)
  const elsewhere = useQuery(trpc.workflows.payloadElsewhere.queryOptions(
    { workspace, event: asked, exceptSlug: slug },
    { enabled: asked !== '', staleTime: 30_000, placeholderData: keepPreviousData },
  )).data
  return useMemo(() => {
    if (elsewhere === undefined || asked !== event) return null
    const here = findings.functions.filter(({ triggers }) => triggers.some((one) => one.type === 'event' && matchesEvent(one.event, event)))
    return [...here.map((one) => ({ slug: one.slug, reads: eventReads(one) })), ...elsewhere]
  }, [elsewhere, asked, event, findings])
}
