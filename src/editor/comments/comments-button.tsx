'use client'
import { ActionIcon, Tooltip } from '@mantine/core'
import { IconMessage } from '@tabler/icons-react'
import { useEffect } from 'react'
import { useStore } from 'zustand'
import { closeComments, commentsUi, openComments } from './comments-ui.ts'
import { useThreads } from './use-comments.ts'
import classes from './comments.module.css'

/** In the bar: opens and closes the comments, with how many threads are open. */
export function CommentsButton() {
  const { threads } = useThreads()
  const opened = useStore(commentsUi, (state) => state.opened)
  const count = threads.filter((one) => one.resolved === null).length
  const label = count === 0 ? 'Comments' : `Comments: ${count} open`
  useCommentLink()
  return (
    <Tooltip label={label} disabled={opened}>
      <ActionIcon size={32} aria-label={label} aria-expanded={opened} className={classes.button} onClick={() => (opened ? closeComments() : openComments())}>
        <IconMessage size={17} stroke={1.7} />
        {count === 0 ? null : <span className={`${classes.buttonCount} num`}>{count > 99 ? '99+' : count}</span>}
      </ActionIcon>
    </Tooltip>
  )
}

/** A link of a mail or of Home, `?node=…&comment=…`, opens the thread; the canvas shows the node (open-at-node.ts). */
function useCommentLink(): void {
  useEffect(() => {
    const comment = new URLSearchParams(window.location.search).get('comment')
    if (comment !== null) openComments(comment)
    return closeComments
  }, [])
}
