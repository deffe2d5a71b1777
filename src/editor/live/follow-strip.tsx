'use client'
/** At the bottom of the canvas while an event is followed: how its runs stand, and the way to them. */
import { Button } from '@mantine/core'
import Link from 'next/link'
import { useStore } from 'zustand'
import type { FollowView } from '#server/workflows/follow.ts'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import type { UiStatus } from '#ui/status.ts'
import { errorShape } from '#ui/trpc.tsx'
import { useEditor } from '../context.ts'
import { stopFollowing, watching } from './follow.ts'
import { followWords } from './words.ts'
import { useFollowQuery } from './use-overlay.ts'
import classes from './live.module.css'

export function FollowStrip() {
  const { workspace } = useEditor()
  const event = useStore(watching, (state) => state.event)
  const { data: view, error } = useFollowQuery()
  if (event === null) return null
  return (
    <div className={classes.strip} data-testid="follow" data-settled={view?.settled || undefined} data-over-canvas>
      <StatusGlyph state={stripState(view)} size={15} label="" />
      <p role="status">
        {view === undefined ? (error === null ? 'Looking for its runs' : `Its runs cannot be shown. ${errorShape(error).message}`) : <><span className={classes.name}>{view.event.name}</span>{followWords(view)}</>}
      </p>
      <Button component={Link} href={`/w/${workspace}/events/${event}`} size="xs" variant="subtle">Open runs</Button>
      <Button size="xs" onClick={stopFollowing}>{view?.settled === true ? 'Close' : 'Stop'}</Button>
    </div>
  )
}

function stripState(view: FollowView | undefined): UiStatus {
  if (view === undefined) return 'queued'
  const has = (state: UiStatus): boolean => view.counts.some((one) => one.state === state)
  if (view.settled) return view.total === 0 ? 'skipped' : has('failed') ? 'failed' : 'completed'
  return has('running') ? 'running' : has('retrying') ? 'retrying' : (view.counts.find((one) => one.state !== 'failed' && one.state !== 'completed')?.state ?? 'running')
}
