import type { NodeMark } from '#canvas/marks.ts'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import classes from './nodes.module.css'

/** State or finding on a node's top right corner; its words are in the node's accessible name. */
export function CornerGlyph({ mark, problem }: { mark: NodeMark | undefined; problem: 'warning' | 'error' | undefined }) {
  const state = mark?.state ?? problem
  // A way that was not taken is faint and says so; a dash alone would look like a slip of the pen.
  if (state === undefined || state === 'skipped') return null
  return <span className={classes.corner}><StatusGlyph state={state} size={14} label="" /></span>
}
