'use client'
/** On the canvas: a small flag with a count on whatever has open threads. */
import { ViewportPortal } from '@xyflow/react'
import { useMemo } from 'react'
import { nodeTitle } from '#canvas/describe.ts'
import type { GraphNode, Position } from '#graph/document.ts'
import type { Thread } from '#server/comments/store.ts'
import { useEditor, useEditorState } from '../context.ts'
import { CommentPoints } from './comment-points.tsx'
import { openComments } from './comments-ui.ts'
import { PlacingMark } from './placing.tsx'
import { useOpenByNode } from './use-comments.ts'
import classes from './comments.module.css'

/** Everything the comments draw on the canvas. */
export function CommentMarks() {
  return <><NodeMarks /><CommentPoints /><PlacingMark /></>
}

function NodeMarks() {
  const { editor } = useEditor()
  const byNode = useOpenByNode()
  const nodes = useEditorState((state) => state.document.nodes)
  const drag = useEditorState((state) => (byNode.size === 0 ? null : state.drag))
  const shown = useMemo(() => whereDrawn(byNode, nodes), [byNode, nodes])
  if (shown.size === 0) return null
  return (
    <ViewportPortal>
      {[...shown].map(([id, threads]) => {
        const node = nodes[id]!
        const { x, y } = cornerOf(node, nodes, drag)
        const count = threads.length
        return (
          <button
            key={id} type="button" className={`${classes.mark} nodrag nopan`} style={{ '--x': `${x}px`, '--y': `${y}px` } as React.CSSProperties} data-testid="comment-mark" data-on-step={node.type === 'step' || undefined} data-own-keys
            aria-label={`${count} ${count === 1 ? 'thread' : 'threads'} on ${nodeTitle(node)}`}
            onClick={() => {
              editor.select([id])
              openComments(count === 1 ? threads[0]!.id : null)
            }}
          >
            {count}
          </button>
        )
      })}
    </ViewportPortal>
  )
}

/** Threads by the node that is to be seen: a collapsed function stands for its steps. */
function whereDrawn(byNode: ReadonlyMap<string, Thread[]>, nodes: Record<string, GraphNode>): ReadonlyMap<string, Thread[]> {
  const shown = new Map<string, Thread[]>()
  for (const [id, threads] of byNode) {
    const node = nodes[id]
    if (node === undefined) continue
    const frame = node.type === 'step' ? nodes[node.parent] : undefined
    const at = frame?.type === 'function' && frame.collapsed === true ? frame.id : id
    shown.set(at, [...(shown.get(at) ?? []), ...threads])
  }
  return shown
}

/** Where a node stands now, also while it or its frame is dragged. */
function cornerOf(node: GraphNode, nodes: Record<string, GraphNode>, drag: Record<string, Position> | null): Position {
  const at = drag?.[node.id] ?? node.position
  const frame = node.type === 'step' ? nodes[node.parent] : undefined
  if (frame === undefined) return at
  const corner = drag?.[frame.id] ?? frame.position
  return { x: corner.x + at.x, y: corner.y + at.y }
}
