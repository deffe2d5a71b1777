'use client'
/** While a step is dragged out of its function: which one it would join, or that it gets its own. */
import { useStoreApi, ViewportPortal } from '@xyflow/react'
import { frameSize, stepSize } from '#graph/sizes.ts'
import { useEditorState } from './context.ts'
import { dropTarget, joinWords } from './drop.ts'
import { useGesture } from './settled.ts'
import classes from './drop-hint.module.css'

export function DropHint() {
  const active = useGesture()
  const drag = useEditorState((state) => (active ? state.drag : null))
  const document = useEditorState((state) => state.document)
  const view = useStoreApi()
  const target = drag === null ? null : dropTarget(document, drag)
  if (target === null) return null
  const { at, frame } = target
  const size = frame === null ? null : frameSize(frame)
  const { transform: [left, , zoom], width } = view.getState()
  // In the right half it stands to the left of the step's end, so that it is never cut off.
  const late = at.x * zoom + left > width / 2
  return (
    <ViewportPortal>
      {frame !== null && size !== null && <div className={classes.frame} style={{ transform: `translate(${frame.position.x}px, ${frame.position.y}px)`, width: size.w, height: size.h }} />}
      <div className={classes.hint} style={{ transform: `translate(${at.x + (late ? stepSize('http').w : 0)}px, ${at.y}px) scale(calc(1 / var(--zoom, 1))) translate(${late ? '-100%' : '0'}, calc(-100% - 8px))` }} data-testid="drop-hint">{joinWords(frame)}</div>
    </ViewportPortal>
  )
}
