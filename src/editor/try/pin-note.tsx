'use client'
/** Says in the panel that a step is not run in tests. */
import { IconPinFilled } from '@tabler/icons-react'
import type { StepNode } from '#graph/document.ts'
import { useEditor } from '../context.ts'
import { pinStep } from './pin.ts'
import { openPin } from './try-store.ts'
import classes from './try.module.css'

export function PinNote({ node }: { node: StepNode }) {
  const { editor } = useEditor()
  if (node.pinned === undefined) return null
  return (
    <div className={classes.pinned} data-testid="pin-note">
      <IconPinFilled size={14} aria-hidden />
      <span>Its output is pinned: tests of other steps take that instead of running it.</span>
      <button type="button" className={classes.link} onClick={() => openPin(node.id)}>Edit</button>
      <button type="button" className={classes.link} onClick={() => pinStep(editor, node.id, undefined)}>Unpin</button>
    </div>
  )
}
