'use client'
/** Somebody deleted the workflow that is open here: what that means, and how its drawing is kept. */
import { Button, CopyButton } from '@mantine/core'
import Link from 'next/link'
import { useBringBack } from '#ui/bring-back.tsx'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { exportDrawing, workflowFile } from '../commands/export-commands.ts'
import { useEditor, useEditorState } from '../context.ts'
import classes from '../editor.module.css'

export function DeletedNote() {
  const context = useEditor()
  const workspace = useWorkspace()
  const back = useBringBack(() => context.editor.autosave.retryNow())
  const mayEdit = workspace.role !== 'viewer'
  const deleted = useEditorState((state) => state.save.kind === 'deleted')
  const waiting = useEditorState((state) => state.save.waiting)
  if (!deleted) return null
  return (
    <div className={classes.conflict} role="alert" data-testid="deleted-note">
      <StatusGlyph state="warning" label="" />
      <div>
        <b>This workflow was deleted.</b>{' '}
        Its functions react to nothing any more; runs that have begun go on.{' '}
        {waiting > 0 ? `Your last ${waiting === 1 ? 'edit is' : `${waiting} edits are`} not saved, but ${waiting === 1 ? 'is' : 'are'} in the drawing here. ` : ''}
        {mayEdit ? 'It can be brought back as a draft.' : 'Whoever may edit can bring it back as a draft.'} To keep the drawing elsewhere, copy or download it.
        <div className={classes.noteButtons}>
          {mayEdit && <Button size="xs" loading={back.isPending} onClick={() => back.mutate({ workspace: workspace.slug, slug: context.slug })}>Bring it back</Button>}
          <CopyButton value={workflowFile(context)} timeout={2000}>
            {({ copied, copy }) => <Button size="xs" onClick={copy}>{copied ? 'Copied' : 'Copy as JSON'}</Button>}
          </CopyButton>
          <Button size="xs" onClick={() => void exportDrawing(context, 'workflow', 'json')}>Download it</Button>
          <Button size="xs" variant="filled" component={Link} href={workspace.path('/workflows')}>Back to workflows</Button>
        </div>
      </div>
    </div>
  )
}
