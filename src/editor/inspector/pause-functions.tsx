'use client'
/** Pausing and resuming the selected functions that are live. */
import { Button } from '@mantine/core'
import { IconPlayerPause, IconPlayerTrackNext } from '@tabler/icons-react'
import { useStore } from 'zustand'
import { useEditor, useEditorState } from '../context.ts'
import { functionsWords } from '../pause/pause-host.tsx'
import { askToPause, pauseUi, resumeAll, selectedFunctions, toPause, toResume } from '../pause/pause-ui.ts'
import classes from './inspector.module.css'

export function PauseFunctions() {
  const context = useEditor()
  useEditorState((state) => state.document)
  useEditorState((state) => state.selected)
  const paused = useStore(pauseUi, (state) => state.paused)
  const slugs = selectedFunctions(context)
  const [running, resting] = [toPause(slugs, paused), toResume(slugs, paused)]
  if (slugs.length === 0 || context.viewOnly) return null
  return (
    <section data-testid="pause-functions">
      <div className={classes.actions}>
        {running.length > 0 && <Button size="xs" leftSection={<IconPlayerPause size={14} stroke={1.7} />} onClick={() => askToPause(running)}>Pause {functionsWords(running)}</Button>}
        {resting.length > 0 && <Button size="xs" leftSection={<IconPlayerTrackNext size={14} stroke={1.7} />} onClick={() => resumeAll(resting)}>Resume {functionsWords(resting)}</Button>}
      </div>
      {resting.length > 0 && <p className={classes.quiet} style={{ marginTop: 5 }}>{slugs.length === 1 ? 'It is paused: events are taken, their runs wait.' : `${running.length === 0 ? 'All' : `${resting.length} of`} ${slugs.length} ${resting.length === 1 ? 'is' : 'are'} paused: events are taken, their runs wait.`}</p>}
    </section>
  )
}
