'use client'
/** Reads out what was done and undone; unseen. */
import { VisuallyHidden } from '@mantine/core'
import { useEffect, useRef } from 'react'
import { useStore } from 'zustand'
import { announce, spoken } from './commands/announce.ts'
import { useEditorState } from './context.ts'

export function Announcer() {
  const { text, count } = useStore(spoken)
  const label = useEditorState((state) => state.undoLabel)
  const known = useRef(label)
  useEffect(() => {
    if (label !== null && label !== known.current) announce(label)
    known.current = label
  }, [label])
  return <VisuallyHidden role="status" data-testid="announcer">{count % 2 === 0 ? text : `${text}\u00a0`}</VisuallyHidden>
}
