'use client'
/** Fields that name something else: an event, a function, a step. */
import { Autocomplete, Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useId, useMemo } from 'react'
import type { StepNode } from '#graph/document.ts'
import { matchesEvent, reactionsElsewhere } from '#graph/links.ts'
import { useTRPC } from '#ui/trpc.tsx'
import { useEditor, useEditorState } from '../context.ts'
import { stepsBefore } from '../inspector/readable-data.ts'
import { FieldFrame } from './field-frame.tsx'
import { setInsertionTarget } from './insertion.ts'
import { useLeave, type FieldProblem } from './use-field.ts'
import classes from './form.module.css'

interface Shared {
  label: string
  help?: string | undefined
  placeholder?: string | undefined
  problem?: FieldProblem | null
  value: string
  onChange(value: string): void
}

export interface NameChoice {
  value: string
  /** What it is, beside the name. */
  note: string
}

const list = { shadow: 'md', width: 340, position: 'bottom-end' } as const

function Choice({ name, note }: { name: string; note: string | undefined }) {
  return <span className={classes.named}><span className="mono cut">{name}</span><span className="cut">{note}</span></span>
}

/** One of what there is. A value that is no longer there stays, and says so. */
export function NamePicker({ label, help, placeholder, problem, value, onChange, choices, nothing }: Shared & { choices: readonly NameChoice[]; nothing: string }) {
  const id = useId()
  const leave = useLeave()
  const notes = new Map(choices.map((one) => [one.value, one.note]))
  const gone = value !== '' && !notes.has(value)
  const data = [...(gone ? [value] : []), ...notes.keys()]
  return (
    <FieldFrame label={label} htmlFor={id} help={help} problem={problem ?? null}>
      <Select
        id={id} value={value === '' ? null : value} data={data} searchable allowDeselect={false} placeholder={data.length === 0 ? nothing : placeholder} nothingFoundMessage={data.length === 0 ? nothing : 'None has this name'}
        error={problem?.severity === 'error'} classNames={{ input: classes.mono ?? '' }} comboboxProps={list} aria-describedby={problem ? `${id}-problem` : undefined} onFocus={() => setInsertionTarget(null)} onBlur={leave}
        onChange={(next) => { if (next !== null) onChange(next) }}
        renderOption={({ option }) => <Choice name={option.value} note={notes.get(option.value) ?? 'not there any more'} />}
      />
    </FieldFrame>
  )
}

/** Functions of this drawing and of the workspace's other workflows. */
export function useFunctionChoices(): NameChoice[] {
  const { catalog } = useEditor()
  const nodes = useEditorState((state) => state.document.nodes)
  return useMemo(() => {
    const here = Object.values(nodes).flatMap((node) => (node.type === 'function' && node.slug !== '' ? [{ value: node.slug, note: 'in this workflow' }] : []))
    const taken = new Set(here.map((one) => one.value))
    return [...here, ...catalog.functionsElsewhere.filter((one) => !taken.has(one.slug)).map((one) => ({ value: one.slug, note: `in ${one.workflow}` }))]
  }, [nodes, catalog])
}

/** Steps before this one that emit per item. */
export function useFanOutChoices(step: StepNode): NameChoice[] {
  const document = useEditorState((state) => state.document)
  return useMemo(() => stepsBefore(document, step).flatMap((one) => (one.kind === 'emit-each' ? [{ value: one.key, note: one.name }] : [])).reverse(), [document, step])
}

/** An event's name: typed, or one that is drawn, reacted to, sent or stored already. */
export function EventNameField({ label, help, placeholder, problem, value, onChange }: Shared) {
  const id = useId()
  const leave = useLeave()
  const choices = useEventChoices()
  const notes = new Map(choices.map((one) => [one.value, one.note]))
  return (
    <FieldFrame label={label} htmlFor={id} help={help} problem={problem ?? null}>
      <Autocomplete
        id={id} value={value} data={[...notes.keys()]} limit={30} placeholder={placeholder} error={problem?.severity === 'error'} spellCheck={false} classNames={{ input: classes.mono ?? '' }} comboboxProps={list}
        aria-describedby={problem ? `${id}-problem` : undefined} onFocus={() => setInsertionTarget(null)} onBlur={leave} onChange={onChange}
        renderOption={({ option }) => <Choice name={option.value} note={notes.get(option.value)} />}
      />
    </FieldFrame>
  )
}

function useEventChoices(): NameChoice[] {
  const { workspace, catalog } = useEditor()
  const trpc = useTRPC()
  const nodes = useEditorState((state) => state.document.nodes)
  const edges = useEditorState((state) => state.document.edges)
  const stored = useQuery(trpc.events.known.queryOptions({ workspace }, { staleTime: 60_000 })).data
  return useMemo(() => {
    const drawn = Object.values(nodes).flatMap((node) => (node.type === 'event' ? [node.event] : []))
    const elsewhere = catalog.functionsElsewhere.flatMap((one) => [...one.events, ...(one.emits ?? [])])
    const names = [...new Set([...drawn, ...elsewhere, ...(stored ?? []).map((one) => one.name)])].filter((name) => name !== '' && !name.includes('*'))
    // As drawn: a function that is not right yet reacts all the same.
    const begun = Object.values(edges).flatMap(({ type, source, target }) => {
      const from = nodes[source]
      return type === 'subscription' && from?.type === 'event' && from.event !== '' ? [{ event: from.event, target }] : []
    })
    return names.map((name) => {
      const reacts = new Set(begun.flatMap(({ event, target }) => (matchesEvent(event, name) ? [target] : []))).size + reactionsElsewhere(name, catalog.functionsElsewhere).length
      return { value: name, note: reacts === 0 ? 'nobody reacts' : reacts === 1 ? '1 function reacts' : `${reacts} functions react` }
    })
  }, [nodes, edges, catalog, stored])
}
