'use client'
/** What becomes of a path that is dropped on a field or put there with a click: its text, or a note that says why it stays out. */
import { notifications } from '@mantine/notifications'
import { useRef } from 'react'
import type { FieldLanguage } from './complete.ts'
import { whyUnreadable } from './reachable.ts'
import { useInItem, useReadable } from './use-readable.ts'

/** Null after it said why not. */
export type Accept = (dropped: { path: string } | { why: string }) => string | null

/** @param rewrite for fields that write paths in another way; an answer without text says why not */
export function useAccept(language: FieldLanguage | undefined, rewrite?: (path: string) => { path: string } | { why: string }): Accept {
  const readable = useReadable()
  const item = useInItem()
  const accept: Accept = (dropped) => {
    const given = 'why' in dropped || rewrite === undefined ? dropped : rewrite(dropped.path)
    const why = 'why' in given ? given.why : whyUnreadable(given.path, { readable, language: language ?? 'expression', item })
    if (why === null && 'path' in given) return given.path
    // Shown again, so that it is read out again.
    notifications.hide('path-refused')
    notifications.show({ id: 'path-refused', message: why, autoClose: 7000, withBorder: true })
    return null
  }
  // A field keeps it from the moment it has the focus; it answers with what holds by then.
  const latest = useRef(accept)
  latest.current = accept
  return useRef<Accept>((dropped) => latest.current(dropped)).current
}
