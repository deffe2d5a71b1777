'use client'
/** Reads out what was done; unseen. What is undone is read from the note that says so. */
import { VisuallyHidden } from '@mantine/core'
import { useEffect, useRef } from 'react'
import { useStore } from 'zustand'
import { announce, spoken } from './commands/announce.ts'
import { useEditorState } from './context.ts'

export function Announcer() {
  const { text, count } = useStore(spoken)
  const done = useEditorState((state) => state.done)
  const known = useRef(done)
  useEffect(() => {
    if (done !== null && done !== known.current) announce(done.label)
    known.current = done
  }, [done])
  return <VisuallyHidden role="status" data-testid="announcer">{count % 2 === 0 ? text : `${text}\u00a0`}</VisuallyHidden>
}
