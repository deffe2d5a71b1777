'use client'
/** From a frame to its runs: the one that is followed, else all of its published function. */
import Link from 'next/link'
import type { FunctionNode } from '#graph/document.ts'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import { statusWord } from '#ui/status.ts'
import { useEditor } from '../context.ts'
import { useFollowed } from '../live/use-overlay.ts'
import classes from './last-run.module.css'

export function FrameRuns({ node }: { node: FunctionNode }) {
  const { workspace, published } = useEditor()
  const frame = useFollowed()?.frames[node.id]
  const isLive = published?.functions.some((one) => one.slug === node.slug) ?? false
  if (frame === undefined && !isLive) return null
  return (
    <p className={classes.line} data-testid="frame-runs">
      {frame !== undefined && <StatusGlyph state={frame.state} size={14} label="" />}
      {frame !== undefined && <b>{frame.total === 1 ? statusWord[frame.state] : `${frame.total.toLocaleString('en')} runs`}</b>}
      {frame !== undefined && frame.run !== null && <Link className={classes.plain} href={`/w/${workspace}/runs/${frame.run}`}>{frame.total === 1 ? 'Open the run' : 'Newest'}</Link>}
      {isLive && <Link className={classes.link} href={`/w/${workspace}/runs?function=${encodeURIComponent(node.slug)}`}>All its runs</Link>}
    </p>
  )
}
