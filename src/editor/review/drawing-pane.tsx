'use client'
/** The marked picture with zoom: fits its room at first, scrolls when larger. */
import { Button } from '@mantine/core'
import { useMemo, useState } from 'react'
import type { GraphDocument } from '#graph/document.ts'
import { differenceWords, mergeDrawings } from './merge.ts'
import { Picture } from './picture.tsx'
import classes from './review.module.css'

export function DrawingPane({ before, after, focus }: { before: GraphDocument; after: GraphDocument; focus: string | null }) {
  const merged = useMemo(() => mergeDrawings(before, after), [before, after])
  const [scale, setScale] = useState<number | null>(null)
  const summary = differenceWords(merged)
  return (
    <div className={classes.pane}>
      <div className={classes.scroll} data-fit={scale === null || undefined} tabIndex={0} role="group" aria-label="Drawing with its changes" data-testid="diff-drawing">
        <div style={scale === null ? undefined : { zoom: scale }}>
          <Picture document={merged.document} marks={merged.marks} focus={focus} label={`Drawing with its changes. ${summary}`} />
        </div>
      </div>
      <div className={classes.paneBar}>
        <span>{summary}</span>
        <Button size="compact-xs" onClick={() => setScale(null)} aria-pressed={scale === null}>Fit</Button>
        <Button size="compact-xs" onClick={() => setScale(1)} aria-pressed={scale === 1}>100 %</Button>
        <Button size="compact-xs" onClick={() => setScale(0.6)} aria-pressed={scale === 0.6}>60 %</Button>
      </div>
    </div>
  )
}
