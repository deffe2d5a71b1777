'use client'
/** The output that tests take instead of running a step: the last real one, or written by hand. One edit, one undo. */
import { Button, Modal, Textarea } from '@mantine/core'
import { useState } from 'react'
import { useStore } from 'zustand'
import { nodeTitle } from '#canvas/describe.ts'
import type { StepNode } from '#graph/document.ts'
import { stepDefinition } from '#steps/definitions.ts'
import { useFocusBack } from '../commands/use-focus-back.ts'
import { useEditor, useEditorState } from '../context.ts'
import { useDataAtHand } from '../data/data-at-hand.ts'
import { pinStep, pinText, readPin } from './pin.ts'
import { tries } from './try-store.ts'
import bar from '../bar/bar.module.css'
import classes from './try.module.css'

export function PinDialog() {
  const pinning = useStore(tries, (state) => state.pinning)
  const node = useEditorState((state) => (pinning === null ? undefined : state.document.nodes[pinning]))
  const { viewOnly } = useEditor()
  if (node?.type !== 'step' || viewOnly) return null
  return <PinEditor key={node.id} node={node} />
}

function PinEditor({ node }: { node: StepNode }) {
  const { editor } = useEditor()
  useFocusBack()
  const last: { output?: unknown; cut?: number } | undefined = useDataAtHand().steps.get(node.id)
  const lastWhole = last?.output !== undefined && last.cut === undefined ? last.output : undefined
  const [text, setText] = useState(() => pinText(node.pinned, lastWhole, exampleOf(node)))
  const read = readPin(text)
  const close = (): void => tries.setState({ pinning: null })
  const save = (): void => {
    if (!('value' in read)) return
    pinStep(editor, node.id, read.value)
    close()
  }
  return (
    <Modal opened onClose={close} size={560} title={`Pinned output of ${nodeTitle(node)}`}>
      <div className={bar.test}>
        <p className={classes.text}>Tests of this drawing take this instead of running the step. What is published never sees it.</p>
        <Textarea
          label={<>Output, as <span className="mono">steps.{node.key}</span></>} aria-label={`Output of ${nodeTitle(node)}`} data-autofocus autosize minRows={8} maxRows={20} spellCheck={false}
          classNames={{ input: bar.mono }} value={text} onChange={(event) => setText(event.currentTarget.value)} error={'problem' in read ? read.problem : null}
        />
        <p className={classes.source}>
          {lastWhole === undefined
            ? 'It has no real output yet: this is what such a step may give. Change it to what you expect.'
            : <button type="button" className={classes.link} onClick={() => setText(JSON.stringify(lastWhole, null, 2))}>Take its last real output</button>}
        </p>
      </div>
      <div className={bar.buttons}>
        {node.pinned !== undefined && <Button variant="subtle" mr="auto" onClick={() => { pinStep(editor, node.id, undefined); close() }}>Unpin</Button>}
        <Button onClick={close}>Cancel</Button>
        <Button variant="filled" disabled={'problem' in read} onClick={save}>Pin it</Button>
      </div>
    </Modal>
  )
}

/** What such a step may give; a step that goes through a list gives one for each item. */
function exampleOf(node: StepNode): unknown {
  const kind = stepDefinition(node.kind)
  try {
    const one = kind.example?.(node.config, kind.ports(node.config)[0]?.id ?? 'out') ?? {}
    return node.each === undefined ? one : [one]
  } catch {
    return {}
  }
}
