'use client'
/** Several things selected: what can be done to all of them, each as one undo step. */
import { ActionIcon, Button, NumberInput, Select, Tooltip } from '@mantine/core'
import {
  IconFrame, IconLayoutAlignBottom, IconLayoutAlignCenter, IconLayoutAlignLeft, IconLayoutAlignMiddle, IconLayoutAlignRight, IconLayoutAlignTop,
  IconLayoutDistributeHorizontal, IconLayoutDistributeVertical, IconDimensions, type Icon,
} from '@tabler/icons-react'
import { useState } from 'react'
import type { GraphNode } from '#graph/document.ts'
import { canGoOn, setConcurrencyOf, setOnErrorOf, setRetriesOf, tryAgain } from '#graph/edit/settings-of-many.ts'
import type { OnError } from '#graph/edit/set-on-error.ts'
import { commands } from '../commands/list.ts'
import { selectionName } from '../commands/selection-name.ts'
import { useEditor, useEditorState } from '../context.ts'
import { NoteColourField } from './note-colour-field.tsx'
import { PauseFunctions } from './pause-functions.tsx'
import classes from './inspector.module.css'

const arranging: { id: string; icon: Icon }[] = [
  { id: 'align-left', icon: IconLayoutAlignLeft }, { id: 'align-centre', icon: IconLayoutAlignCenter }, { id: 'align-right', icon: IconLayoutAlignRight },
  { id: 'align-top', icon: IconLayoutAlignTop }, { id: 'align-middle', icon: IconLayoutAlignMiddle }, { id: 'align-bottom', icon: IconLayoutAlignBottom },
  { id: 'distribute-across', icon: IconLayoutDistributeVertical }, { id: 'distribute-down', icon: IconLayoutDistributeHorizontal }, { id: 'same-size', icon: IconDimensions },
]

export function SeveralActions() {
  const { viewOnly } = useEditor()
  if (viewOnly) return <p className={classes.quiet}>Select one of them to read what it does.</p>
  return (
    <>
      <Arrange />
      <Settings />
      <NoteColours />
      <PauseFunctions />
      <OwnFunction />
      <div className={classes.actions}>
        {['duplicate', 'copy', 'export-selection-json', 'delete'].map((id) => <Run key={id} id={id} />)}
      </div>
    </>
  )
}

function NoteColours() {
  const selected = useEditorState((state) => state.selected)
  return <NoteColourField key={[...selected].join()} ids={selected} />
}

const names: Record<string, string> = { duplicate: 'Duplicate', copy: 'Copy', 'export-selection-json': 'Download', delete: 'Delete' }

function Run({ id }: { id: string }) {
  const context = useEditor()
  const command = commands.find((one) => one.id === id)
  if (command === undefined) return null
  return <Button size="xs" disabled={!command.canRun(context)} onClick={() => command.run(context)}>{names[id]}</Button>
}

function Arrange() {
  const context = useEditor()
  // Where things are decides what can be arranged.
  useEditorState((state) => state.document)
  return (
    <section>
      <div className={classes.sectionHead}><h3>Arrange</h3></div>
      <div className={classes.arrange} role="group" aria-label="Arrange">
        {arranging.map(({ id, icon: Drawn }) => {
          const command = commands.find((one) => one.id === id)!
          return (
            <Tooltip key={id} label={command.label}>
              <ActionIcon size={30} variant="default" aria-label={command.label} disabled={!command.canRun(context)} onClick={() => command.run(context)}><Drawn size={16} stroke={1.6} /></ActionIcon>
            </Tooltip>
          )
        })}
      </div>
    </section>
  )
}

/** The value all of them have, or undefined. */
function common<T>(values: T[]): T | undefined {
  return values.every((value) => value === values[0]) ? values[0] : undefined
}

function counted(nodes: GraphNode[]): string {
  const steps = nodes.filter((node) => node.type === 'step').length
  const functions = nodes.filter((node) => node.type === 'function').length
  return [functions > 0 ? `${functions} ${functions === 1 ? 'function' : 'functions'}` : '', steps > 0 ? `${steps} ${steps === 1 ? 'step' : 'steps'}` : ''].filter(Boolean).join(' and ')
}

function Settings() {
  const { editor } = useEditor()
  const document = useEditorState((state) => state.document)
  const selected = useEditorState((state) => state.selected)
  const tried = tryAgain(document, selected)
  const functions = tried.filter((node) => node.type === 'function')
  const failing = canGoOn(document, selected)
  if (tried.length === 0) return null
  const inherited = (node: (typeof tried)[number]): number | undefined => {
    if (node.retries !== undefined) return node.retries
    const frame = node.type === 'step' ? document.nodes[node.parent] : undefined
    return frame?.type === 'function' ? frame.retries : undefined
  }
  return (
    <section className={classes.group}>
      <NumberForAll
        key={`retries ${[...selected].join()}`} label={`Retries of ${counted(tried)}`} value={common(tried.map(inherited))} least={0} most={20}
        onSet={(retries) => editor.edit(`Set retries of ${selectionName(document, tried.map((node) => node.id))} to ${retries}`, (before) => setRetriesOf(before, selected, retries))}
      />
      {functions.length === 0 ? null : (
        <NumberForAll
          key={`limit ${[...selected].join()}`} label={`Runs at a time of ${counted(functions)}`} value={common(functions.map((node) => (node.type === 'function' ? node.concurrency?.limit : undefined)))} least={1} most={100_000} empty="no limit"
          onSet={(limit) => editor.edit(`Set ${limit} runs at a time for ${selectionName(document, functions.map((node) => node.id))}`, (before) => setConcurrencyOf(before, selected, limit))}
          onClear={() => editor.edit(`Take the limit off ${selectionName(document, functions.map((node) => node.id))}`, (before) => setConcurrencyOf(before, selected, undefined))}
        />
      )}
      {failing.length === 0 ? null : (
        <Select
          label={`When no try is left for ${counted(failing)}`} value={common(failing.map((node) => node.onError ?? 'fail')) ?? null} placeholder="different now" allowDeselect={false}
          data={[{ value: 'fail', label: 'The run fails' }, { value: 'continue', label: 'Go on' }, { value: 'branch', label: 'Own branch' }]}
          onChange={(value) => value !== null && editor.edit(`Change what happens when ${selectionName(document, failing.map((node) => node.id))} fail`, (before) => setOnErrorOf(before, selected, value as OnError))}
        />
      )}
    </section>
  )
}

interface NumberForAllProps {
  label: string
  /** Undefined: none, or not the same for all. */
  value: number | undefined
  least: number
  most: number
  empty?: string
  onSet(value: number): void
  onClear?: () => void
}

/** Set with the button or Enter, so that typing "12" is one edit and not two. */
function NumberForAll({ label, value, least, most, empty = 'different now', onSet, onClear }: NumberForAllProps) {
  const [text, setText] = useState<number | string>(value ?? '')
  const ready = typeof text === 'number' && text >= least && text <= most && text !== value
  return (
    <form className={classes.forAll} onSubmit={(event) => { event.preventDefault(); if (ready) onSet(text) }}>
      <NumberInput label={label} value={text} onChange={setText} min={least} max={most} allowDecimal={false} clampBehavior="blur" placeholder={empty} style={{ flex: 1 }} styles={{ input: { height: 32, minHeight: 32 } }} />
      {onClear === undefined || value === undefined ? null : <Button onClick={() => { onClear(); setText('') }}>No limit</Button>}
      <Button type="submit" disabled={!ready}>Set</Button>
    </form>
  )
}

function OwnFunction() {
  const context = useEditor()
  const document = useEditorState((state) => state.document)
  const selected = useEditorState((state) => state.selected)
  const steps = [...selected].flatMap((id) => document.nodes[id] ?? []).filter((node) => node.type === 'step')
  const frames = new Set(steps.map((step) => step.parent))
  const [frame] = frames
  const whole = Object.values(document.nodes).filter((node) => node.type === 'step' && node.parent === frame).length === steps.length
  const command = commands.find((one) => one.id === 'own-function')
  if (steps.length === 0 || frames.size !== 1 || whole || command === undefined) return null
  return (
    <section>
      <Button fullWidth leftSection={<IconFrame size={15} stroke={1.7} />} onClick={() => command.run(context)}>Give {steps.length === 1 ? 'it' : 'them'} a function of {steps.length === 1 ? 'its' : 'their'} own</Button>
      <p className={classes.quiet} style={{ marginTop: 5 }}>The same events start it. It fails, retries and versions on its own, and no longer reads what the other steps give.</p>
    </section>
  )
}
