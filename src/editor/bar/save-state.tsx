'use client'
/** One indicator, always true: what the server has, and where the rest is. */
import { Popover, UnstyledButton } from '@mantine/core'
import { IconCloudOff, IconLock } from '@tabler/icons-react'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import { useEditor, useEditorState } from '../context.ts'
import type { SaveState } from '../autosave.ts'
import classes from './bar.module.css'

const edits = (n: number): string => `${n} ${n === 1 ? 'edit' : 'edits'}`

export function saveText(save: SaveState): string {
  const where = save.kept ? 'kept in this browser' : 'not kept: this browser refuses storage, leave the tab open'
  switch (save.kind) {
    case 'saved': return 'Saved'
    case 'saving': return save.kept ? 'Saving' : `Saving, ${edits(save.waiting)} not kept here yet`
    case 'offline': return save.waiting === 0 ? 'Offline' : `Offline, ${edits(save.waiting)} ${where}`
    case 'signed-out': return save.waiting === 0 ? 'Signed out' : `Signed out, ${edits(save.waiting)} ${save.kept ? 'kept here' : where}`
    case 'deleted': return 'Deleted'
    case 'refused': return `Not saved, ${edits(save.waiting)} ${where}`
  }
}

export function SaveIndicator() {
  const { editor } = useEditor()
  const save = useEditorState((state) => state.save)
  const otherTab = useEditorState((state) => state.otherTab)
  const text = saveText(save)
  const quiet = save.kind === 'saved' || save.kind === 'saving'
  return (
    <span className={classes.save} data-testid="save-state" data-kind={save.kind} role="status">
      {save.kind === 'saved' && <StatusGlyph state="completed" size={13} label="" />}
      {save.kind === 'saving' && <StatusGlyph state="running" size={13} label="" />}
      {save.kind === 'offline' && <IconCloudOff size={15} stroke={1.7} aria-hidden="true" />}
      {save.kind === 'signed-out' && <IconLock size={15} stroke={1.7} aria-hidden="true" />}
      {save.kind === 'refused' && <StatusGlyph state="error" size={13} label="" />}
      <span className={quiet ? classes.quietText : undefined}>{text}</span>
      {save.kind === 'signed-out' && <a href="/signin" target="_blank" rel="noreferrer">Sign in</a>}
      {save.kind === 'offline' && <UnstyledButton className={classes.link} onClick={() => editor.autosave.retryNow()}>Try now</UnstyledButton>}
      {save.kind === 'refused' && (
        <Popover width={280} position="bottom">
          <Popover.Target><UnstyledButton className={classes.link}>Why</UnstyledButton></Popover.Target>
          <Popover.Dropdown><b>{save.message}</b><p>{save.fix}</p></Popover.Dropdown>
        </Popover>
      )}
      {otherTab && <span className={classes.other}>Also open in another tab</span>}
    </span>
  )
}
