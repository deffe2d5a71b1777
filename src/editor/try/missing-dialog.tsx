'use client'
/** A step that comes before has no output yet: where shall it come from? */
import { Button, Modal } from '@mantine/core'
import { useStore } from 'zustand'
import { useFocusBack } from '../commands/use-focus-back.ts'
import { useEditor } from '../context.ts'
import { openPin, tries, tryPart } from './try-store.ts'
import bar from '../bar/bar.module.css'
import classes from './try.module.css'

export function MissingDialog() {
  const asking = useStore(tries, (state) => state.asking)
  return asking === null ? null : <Missing {...asking} />
}

function Missing({ part, missing }: NonNullable<ReturnType<typeof tries.getState>['asking']>) {
  const { editor } = useEditor()
  useFocusBack()
  const close = (): void => tries.setState({ asking: null })
  const [first] = missing
  const node = editor.store.getState().document.nodes[part.node]
  const runAll = (): void => {
    if (node?.type === 'step') tryPart({ mode: 'function', node: node.parent })
  }
  return (
    <Modal opened onClose={close} size={480} title={missing.length === 1 ? 'An output is not known yet' : `${missing.length} outputs are not known yet`}>
      <div className={bar.test} data-testid="missing-outputs">
        <p className={classes.text}>
          {missing.map(({ key }, i) => <span key={key}>{i > 0 && (i === missing.length - 1 ? ' and ' : ', ')}<code className="mono">steps.{key}</code></span>)}
          {missing.length === 1 ? ' has no output yet' : ' have no output yet'}, and what you want to run reads {missing.length === 1 ? 'it' : 'them'}. Run the function from its start once, pin an output, or take made-up ones.
        </p>
      </div>
      <div className={bar.buttons}>
        <Button onClick={() => tryPart(part, { examples: true })}>Take {missing.length === 1 ? 'an example' : 'examples'}</Button>
        <Button onClick={() => { close(); if (first) openPin(first.nodeId) }}>Pin an output…</Button>
        <Button variant="filled" data-autofocus onClick={runAll}>Run the function</Button>
      </div>
    </Modal>
  )
}
