'use client'
/** While a step is dragged: between which two it would go, which function it would join, or that it gets its own. */
import { useStoreApi, ViewportPortal } from '@xyflow/react'
import { useMemo } from 'react'
import { layScene } from '#canvas/scene.ts'
import { frameSize, stepSize } from '#graph/sizes.ts'
import { useEditorState } from './context.ts'
import { betweenWords, dropTarget, joinWords } from './drop.ts'
import { useGesture } from './settled.ts'
import classes from './drop-hint.module.css'

export function DropHint() {
  const active = useGesture()
  const drag = useEditorState((state) => (active ? state.drag : null))
  const document = useEditorState((state) => state.document)
  const view = useStoreApi()
  const dragging = drag !== null
  const scene = useMemo(() => (dragging ? layScene(document) : null), [dragging, document])
  const target = drag === null || scene === null ? null : dropTarget(document, drag, scene)
  if (target === null) return null
  const { at, frame, line } = target
  const size = frame === null ? null : frameSize(frame)
  const { transform: [left, , zoom], width } = view.getState()
  // In the right half it stands to the left of the step's end, so that it is never cut off.
  const late = at.x * zoom + left > width / 2
  return (
    <ViewportPortal>
      {frame !== null && size !== null && <div className={classes.frame} style={{ transform: `translate(${frame.position.x}px, ${frame.position.y}px)`, width: size.w, height: size.h }} />}
      <div className={classes.hint} style={{ transform: `translate(${at.x + (late ? stepSize('http').w : 0)}px, ${at.y}px) scale(calc(1 / var(--zoom, 1))) translate(${late ? '-100%' : '0'}, calc(-100% - 8px))` }} data-testid="drop-hint">{line === undefined ? joinWords(frame) : `goes ${betweenWords(document, line)}`}</div>
    </ViewportPortal>
  )
}
