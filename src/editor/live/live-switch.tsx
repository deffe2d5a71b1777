'use client'
import { ActionIcon, Tooltip } from '@mantine/core'
import { IconActivity } from '@tabler/icons-react'
import { useStore } from 'zustand'
import { useEditor } from '../context.ts'
import { showLive, watching } from './follow.ts'

/** Shows on the frames how the published functions do right now. */
export function LiveSwitch() {
  const { published } = useEditor()
  const live = useStore(watching, (state) => state.live && state.event === null)
  const words = published === null ? 'Nothing of this is live yet' : live ? 'Hide what is live' : 'Live: runs of the published functions, now'
  return (
    <Tooltip label={words}>
      <ActionIcon
        size={26} aria-label="Live" aria-pressed={live} aria-disabled={published === null} data-testid="live-switch" variant={live ? 'filled' : 'default'} bd={live ? undefined : 0}
        onClick={() => { if (published !== null) showLive(!live) }}
      >
        <IconActivity size={16} stroke={1.7} />
      </ActionIcon>
    </Tooltip>
  )
}
