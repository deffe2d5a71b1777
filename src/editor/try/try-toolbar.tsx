'use client'
/** A small [Run] above the step or the function the pointer is on. The keyboard has `R`, the panel its button. */
import { NodeToolbar, Position, useStore as useFlowStore, type ReactFlowState } from '@xyflow/react'
import { Tooltip } from '@mantine/core'
import { IconPlayerPlay } from '@tabler/icons-react'
import { useEffect, useState, type CSSProperties } from 'react'
import { useStore } from 'zustand'
import { nodeTitle } from '#canvas/describe.ts'
import { useEditor, useEditorState } from '../context.ts'
import { isUnderWay, tries, tryPart } from './try-store.ts'
import classes from './try.module.css'

/** Long enough to get from the node to its button. */
const leaveMs = 250

/** Over the step's upper edge: above it, it would cover the beginning of the function's name; lower, the step's icon. */
const overTicket = -14

/** As far away as this it could only be hit by chance; the panel and the keys are still there. */
const farthest = 0.45
const smallest = 16 / 24

const zoomOf = ({ transform }: ReactFlowState): number => Math.min(1, transform[2])

/** Node id of the step the pointer is on. */
function useHovered(): string | null {
  const [hovered, setHovered] = useState<string | null>(null)
  useEffect(() => {
    let leaving: ReturnType<typeof setTimeout> | undefined
    const onOver = ({ target, buttons, pointerType }: PointerEvent): void => {
      if (!(target instanceof Element) || buttons !== 0 || pointerType === 'touch') return
      if (target.closest(`.${classes.toolbar}`) !== null) return clearTimeout(leaving)
      const id = target.closest('[data-canvas] [data-testid="node-step"]')?.getAttribute('data-id') ?? null
      clearTimeout(leaving)
      if (id !== null) setHovered(id)
      else leaving = setTimeout(() => setHovered(null), leaveMs)
    }
    const onDown = ({ target }: PointerEvent): void => {
      if (target instanceof Element && target.closest(`.${classes.toolbar}`) === null) setHovered(null)
    }
    window.addEventListener('pointerover', onOver, { passive: true })
    window.addEventListener('pointerdown', onDown, { passive: true })
    return () => {
      clearTimeout(leaving)
      window.removeEventListener('pointerover', onOver)
      window.removeEventListener('pointerdown', onDown)
    }
  }, [])
  return hovered
}

export function TryToolbar() {
  const { viewOnly } = useEditor()
  const hovered = useHovered()
  const dragging = useEditorState((state) => state.drag !== null)
  const node = useEditorState((state) => (hovered === null ? undefined : state.document.nodes[hovered]))
  const busy = useStore(tries, (state) => hovered !== null && isUnderWay(state.byNode[hovered]))
  const zoom = useFlowStore(zoomOf)
  if (viewOnly || dragging || node?.type !== 'step' || zoom < farthest) return null
  return (
    <NodeToolbar nodeId={node.id} isVisible position={Position.Top} align="start" offset={overTicket * zoom} className={classes.toolbar} style={{ '--size': Math.max(zoom, smallest) } as CSSProperties}>
      <Tooltip label="Run this step (R)" openDelay={500}>
        <button type="button" className={classes.play} tabIndex={-1} disabled={busy} aria-label={`Run ${nodeTitle(node)}`} onClick={() => tryPart({ mode: 'step', node: node.id })}>
          <IconPlayerPlay stroke={1.8} />
        </button>
      </Tooltip>
    </NodeToolbar>
  )
}
