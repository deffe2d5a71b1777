'use client'
/** [Run step] in the head of a panel, and the other ways to run and to pin in its menu. */
import { ActionIcon, Button, Menu } from '@mantine/core'
import { IconChevronDown, IconPin, IconPinnedOff, IconPlayerPlay, IconPlayerTrackNext } from '@tabler/icons-react'
import { useStore } from 'zustand'
import type { FunctionNode, StepNode } from '#graph/document.ts'
import { useEditor, useEditorState } from '../context.ts'
import { pinStep } from './pin.ts'
import { outsideCalls, outsideFor, stepsIn, type Outside } from './outside-calls.ts'
import { useMailGoes, useOutsideChoice } from './outside-choice.ts'
import { isUnderWay, openPin, tries, tryPart } from './try-store.ts'
import classes from './try.module.css'

export function RunPart({ node }: { node: StepNode | FunctionNode }) {
  const mode = node.type === 'step' ? 'step' : 'function'
  const busy = useStore(tries, (state) => isUnderWay(state.byNode[node.id]))
  return (
    <div className={classes.runPart}>
      <Button size="xs" className={classes.run} loading={busy} leftSection={<IconPlayerPlay size={14} stroke={1.7} />} data-testid="run-part" onClick={() => tryPart({ mode, node: node.id })}>Run</Button>
      <Menu position="bottom-end" width={250}>
        <Menu.Target><ActionIcon variant="default" size={26} className={classes.more} aria-label="More ways to run" disabled={busy}><IconChevronDown size={14} stroke={1.7} /></ActionIcon></Menu.Target>
        <Menu.Dropdown onKeyDown={(event) => event.stopPropagation()}>
          {node.type === 'step' ? <StepWays node={node} /> : <Menu.Item leftSection={<IconPlayerPlay size={15} stroke={1.7} />} onClick={() => tryPart({ mode: 'function', node: node.id })}>Run this function alone</Menu.Item>}
          <OutsideItems frame={node.type === 'step' ? node.parent : node.id} mode={mode} />
        </Menu.Dropdown>
      </Menu>
    </div>
  )
}

function StepWays({ node }: { node: StepNode }) {
  const { editor } = useEditor()
  return (
    <>
      <Menu.Item leftSection={<IconPlayerPlay size={15} stroke={1.7} />} onClick={() => tryPart({ mode: 'step', node: node.id })}>Run this step alone</Menu.Item>
      <Menu.Item leftSection={<IconPlayerTrackNext size={15} stroke={1.7} />} onClick={() => tryPart({ mode: 'from', node: node.id })}>Run from here on</Menu.Item>
      <Menu.Item leftSection={<IconPlayerPlay size={15} stroke={1.7} />} onClick={() => tryPart({ mode: 'function', node: node.parent })}>Run its function alone</Menu.Item>
      <Menu.Divider />
      <Menu.Item leftSection={<IconPin size={15} stroke={1.7} />} onClick={() => openPin(node.id)}>{node.pinned === undefined ? 'Pin output…' : 'Edit the pinned output…'}</Menu.Item>
      {node.pinned !== undefined && <Menu.Item leftSection={<IconPinnedOff size={15} stroke={1.7} />} onClick={() => pinStep(editor, node.id, undefined)}>Unpin</Menu.Item>}
    </>
  )
}

function OutsideItems({ frame, mode }: { frame: string; mode: 'step' | 'function' }) {
  const [chosen, choose] = useOutsideChoice()
  const mail = useMailGoes()
  const document = useEditorState((state) => state.document)
  const calls = outsideCalls(stepsIn(document, frame), mail)
  return (
    <>
      <Menu.Divider />
      <Menu.Label>Calls to the outside</Menu.Label>
      <Menu.RadioGroup value={outsideFor(chosen, mode, calls)} onChange={(value) => choose(value as Outside)}>
        <Menu.RadioItem value="real">Real</Menu.RadioItem>
        <Menu.RadioItem value="stubbed">Stubbed: the last output answers</Menu.RadioItem>
      </Menu.RadioGroup>
    </>
  )
}
