'use client'
/** Under the data of a step that emits or calls: which functions get it, which fields they read, and which of these are not sent. */
import { Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useDebouncedValue } from '@mantine/hooks'
import Link from 'next/link'
import { Fragment, useMemo } from 'react'
import type { StepNode } from '#graph/document.ts'
import { updateNode } from '#graph/edit/update-node.ts'
import { eventReads } from '#graph/event-reads.ts'
import { calledFunction, emittedEvent, matchesEvent } from '#graph/links.ts'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import { canvasApi } from '../canvas-api.ts'
import { useEditor, useEditorState } from '../context.ts'
import { nodePath } from '../open-at-node.ts'
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
  const called = calledFunction(step) ?? ''
  const text = typeof step.config.data === 'string' ? step.config.data : '{}'
  const readers = useReaders(event, called)
  const isDrawn = useEditorState(({ document: { nodes, edges } }) => Object.values(edges).some((edge) => {
    const source = edge.type === 'subscription' ? nodes[edge.source] : undefined
    return source?.type === 'event' && event !== '' && matchesEvent(source.event, event)
  }))
  const readable = useReadable()
  const candidates = useCandidates('json')
  const now = useMemo(() => {
    const outcome = tryText(text, 'json', readable, { item: step.kind === 'emit-each' })
    return outcome.kind === 'value' ? outcome.value : undefined
  }, [text, readable, step.kind])
  const fields = useMemo(() => wantedFields(readers ?? [], text, now), [readers, text, now])
  if ((event === '' && called === '') || readers === null || (called !== '' && readers.length === 0)) return null
  const add = ({ path }: WantedField): void => {
    const next = addField(text, path, likelySource(path, candidates), now)
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
    <section className={classes.payload} data-testid="payload-shape" aria-label={called === '' ? `What ${event} carries` : `What ${called} reads`}>
      <p className={classes.lead}>{called !== '' ? calledLead(readers[0]!, fields.length, missing) : readers.length === 0 && isDrawn ? <>What is drawn for <span className={classes.event}>{event}</span> has something to fix first. Then it stands here what it reads.</> : lead(event, readers, fields.length, missing)}</p>
      {called === '' && readers.length === 0 && !isDrawn && !viewOnly && <Button size="compact-xs" mt={6} variant="default" leftSection={<IconPlus size={12} stroke={1.7} />} onClick={react}>Add a function for it</Button>}
      {fields.length > 0 && (
        <ul>
          {fields.map((field) => (
            <li key={field.path.join('.')} data-sent={field.sent}>
              {field.sent ? <StatusGlyph state="completed" size={12} label="sent" /> : <StatusGlyph state={field.required ? 'error' : 'warning'} size={12} label={field.required ? 'missing' : 'missing, not always needed'} />}
              <span className={classes.name}>{field.path.join('.')}</span>
              <span className={classes.by}>{called === '' && <Names of={field.by} />}</span>
              {!viewOnly && !field.sent && addField(text, field.path, undefined, now) !== null && (
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
  const react = readers.length === 1 ? <><b><ReaderName reader={readers[0]!} /></b> reacts</> : <><b>{readers.length} functions</b> react</>
  if (fields === 0) return <>{react} to {name}, and {readers.length === 1 ? 'reads' : 'read'} none of its fields.</>
  return <>{react} to {name}. {missing === 0 ? 'All that is read is sent.' : missing === 1 ? 'One field that is read is not sent.' : `${missing} fields that are read are not sent.`}</>
}

function calledLead(reader: Reader, fields: number, missing: number): React.ReactNode {
  const name = <b><ReaderName reader={reader} /></b>
  if (fields === 0) return <>{name} reads none of the fields of its data.</>
  return <>{name} reads {fields === 1 ? 'one field' : `${fields} fields`}. {missing === 0 ? 'All that is read is sent.' : missing === 1 ? 'One of them is not sent.' : `${missing} of them are not sent.`}</>
}

function Names({ of }: { of: readonly Named[] }) {
  return (
    <>
      {of.slice(0, readersNamed).map((one, i) => <Fragment key={one.slug}>{i > 0 && ', '}<ReaderName reader={one} /></Fragment>)}
      {of.length > readersNamed && ` and ${of.length - readersNamed} more`}
    </>
  )
}

type Named = Pick<WantedField['by'][number], 'slug' | 'workflow'>

/** Leads to the function: here it is selected, in another workflow it opens there. */
function ReaderName({ reader: { slug, workflow } }: { reader: Named }) {
  const { editor, workspace, catalog } = useEditor()
  const here = useEditorState(({ document }) => (workflow === undefined ? Object.values(document.nodes).find((node) => node.type === 'function' && node.slug === slug)?.id : undefined))
  const there = workflow === undefined ? undefined : catalog.functionsElsewhere.find((one) => one.slug === slug)?.nodeId
  const go = (id: string): void => {
    editor.select([id])
    canvasApi()?.reveal([id])
  }
  if (here !== undefined) return <button type="button" className={classes.reader} onClick={() => go(here)}>{slug}</button>
  if (workflow === undefined) return <span className={classes.event}>{slug}</span>
  const words = <><span className={classes.event}>{slug}</span> in {workflow}</>
  return <Link className={classes.reader} href={there === undefined ? `/w/${workspace}/workflows/${workflow}` : nodePath(workspace, workflow, there)}>{words}</Link>
}

/** In this drawing as it is now, elsewhere as it is published; null while that is not known. */
function useReaders(event: string, called: string): Reader[] | null {
  const { workspace, slug, findings } = useEditor()
  const trpc = useTRPC()
  const wanted = `${event} ${called}`
  const [asked] = useDebouncedValue(wanted, typingMs)
  const elsewhere = useQuery(trpc.workflows.payloadElsewhere.queryOptions(
    { workspace, event, exceptSlug: slug, ...(called === '' ? {} : { called }) },
    { enabled: asked === wanted && wanted !== ' ', staleTime: 30_000, placeholderData: keepPreviousData },
  )).data
  return useMemo(() => {
    if (elsewhere === undefined || asked !== wanted) return null
    const here = findings.functions.filter((one) => (called === '' ? one.triggers.some((trigger) => trigger.type === 'event' && matchesEvent(trigger.event, event)) : one.slug === called))
    return [...here.map((one) => ({ slug: one.slug, reads: eventReads(one) })), ...elsewhere]
  }, [elsewhere, asked, wanted, event, called, findings])
}
