'use client'
import { ActionIcon, Tooltip } from '@mantine/core'
import { IconMessage } from '@tabler/icons-react'
import { useEffect, useRef } from 'react'
import { useStore } from 'zustand'
import type { Thread } from '#server/comments/store.ts'
import { canvasApi } from '../canvas-api.ts'
import { settleMs } from '../open-at-node.ts'
import { closeComments, commentsUi, openComments } from './comments-ui.ts'
import { threadOf, useThreads } from './use-comments.ts'
import classes from './comments.module.css'

/** In the bar: opens and closes the comments, with how many threads are open. */
export function CommentsButton() {
  const { threads } = useThreads()
  const opened = useStore(commentsUi, (state) => state.opened)
  const count = threads.filter((one) => one.resolved === null).length
  const label = count === 0 ? 'Comments' : `Comments: ${count} open`
  useCommentLink(threads)
  return (
    <Tooltip label={label} disabled={opened}>
      <ActionIcon size={32} aria-label={label} aria-expanded={opened} className={classes.button} onClick={() => (opened ? closeComments() : openComments())}>
        <IconMessage size={17} stroke={1.7} />
        {count === 0 ? null : <span className={`${classes.buttonCount} num`}>{count > 99 ? '99+' : count}</span>}
      </ActionIcon>
    </Tooltip>
  )
}

/** A link of a mail or of Home, `?node=…&comment=…`, opens the thread; the canvas shows the node (open-at-node.ts), and a thread at a point is shown here. */
function useCommentLink(threads: Thread[]): void {
  useEffect(() => {
    const comment = linked()
    if (comment !== null) openComments(comment)
    return closeComments
  }, [])
  const shown = useRef(false)
  const comment = linked()
  const at = shown.current ? null : (threadOf(threads, comment)?.at ?? null)
  useEffect(() => {
    if (at === null) return
    // The canvas measures itself first.
    const timer = setTimeout(() => {
      shown.current = true
      canvasApi()?.showPoint(at)
    }, settleMs)
    return () => clearTimeout(timer)
  }, [at])
}

const linked = (): string | null => (typeof window === 'undefined' ? null : new URLSearchParams(window.location.search).get('comment'))
