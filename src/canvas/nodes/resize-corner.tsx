import { NodeResizeControl } from '@xyflow/react'
import classes from './nodes.module.css'

/** The lower right corner of what has a size of its own. */
export function ResizeCorner({ minWidth, minHeight }: { minWidth: number; minHeight: number }) {
  return (
    <NodeResizeControl position="bottom-right" minWidth={minWidth} minHeight={minHeight} className={classes.resize!}>
      <svg width="10" height="10" aria-hidden="true"><path d="M9 1V9H1" /></svg>
    </NodeResizeControl>
  )
}
