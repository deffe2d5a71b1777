'use client'
/** Publish: which functions get a new version, which stay, then one transaction on the server. */
import { Button, Modal } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { FunctionChange } from '#graph/diff.ts'
import { notifyDone, notifyError } from '#ui/notify.ts'
import { useTRPC, useTRPCClient } from '#ui/trpc.tsx'
import { commands } from '../commands/list.ts'
import { useEditor } from '../context.ts'
import { ProblemList } from './problems.tsx'
import classes from './bar.module.css'

export function Publish({ changes, hasChanges }: { changes: FunctionChange[]; hasChanges: boolean }) {
  const { editor, workspace, slug, findings } = useEditor()
  const [open, setOpen] = useState(false)
  const [busy, setBusy] = useState(false)
  const context = useEditor()
  const discard = commands.find((one) => one.id === 'discard')
  const trpc = useTRPC()
  const queries = useQueryClient()
  const client = useTRPCClient()
  const moved = changes.filter((one) => one.change !== 'unchanged')
  const blocked = findings.errors > 0

  const publish = async (): Promise<void> => {
    setBusy(true)
    try {
      if (!(await editor.autosave.flush())) {
        notifications.show({ message: 'Not published: the last edits have not reached the server yet. They are kept here; publish once they are saved.', color: 'red', autoClose: 8000, withBorder: true })
        return
      }
      const result = await client.workflows.publish.mutate({ workspace, slug, revision: editor.autosave.seenRevision })
      await queries.invalidateQueries(trpc.workflows.pathFilter())
      setOpen(false)
      const fresh = result.functions.filter((one) => one.changed)
      notifyDone(fresh.length === 0 ? 'Published. No function changed its version.' : `Published ${fresh.map((one) => `${one.slug} v${one.version}`).join(', ')}.`)
    } catch (error) {
      editor.autosave.news()
      notifyError(error)
    } finally {
      setBusy(false)
    }
  }

  return (
    <>
      <Button variant="filled" data-testid="publish" onClick={() => setOpen(true)} disabled={!hasChanges && !blocked} title={hasChanges || blocked ? undefined : 'What is drawn is live.'}>Publish</Button>
      <Modal opened={open} onClose={() => setOpen(false)} title={blocked ? `${findings.errors} to fix first` : title(moved)} size={440}>
        {blocked
          ? <ProblemList list={findings.diagnostics.filter((one) => one.severity === 'error')} onGo={() => setOpen(false)} />
          : <PublishText changes={changes} />}
        <div className={classes.buttons}>
          {hasChanges && discard?.canRun(context) && (
            <Button
              variant="subtle" mr="auto" onClick={() => {
                discard.run(context)
                setOpen(false)
              }}
            >
              Discard these changes
            </Button>
          )}
          <Button onClick={() => setOpen(false)}>{blocked ? 'Close' : 'Not now'}</Button>
          {!blocked && (
            <Button variant="filled" loading={busy} data-testid="publish-confirm" data-autofocus onClick={() => void publish()}>
              {moved.length === 0 ? 'Publish' : `Publish ${moved.length}`}
            </Button>
          )}
        </div>
      </Modal>
    </>
  )
}

function title(moved: FunctionChange[]): string {
  return moved.length === 0 ? 'Publish the drawing?' : `Publish ${moved.length} ${moved.length === 1 ? 'function' : 'functions'}?`
}

function PublishText({ changes }: { changes: FunctionChange[] }) {
  const moved = changes.filter((one) => one.change !== 'unchanged')
  const stay = changes.length - moved.length
  return (
    <div className={classes.publish}>
      <ul>
        {moved.map(({ slug, change, to }) => (
          <li key={slug}>
            <span className="mono">{slug}</span>{' '}
            {change === 'removed' ? 'starts no new runs; those in flight finish' : change === 'new' ? `is new, v${to}` : `becomes v${to}`}
          </li>
        ))}
      </ul>
      {moved.length === 0 && <p>No function behaves differently: only places, notes or samples changed.</p>}
      {stay > 0 && moved.length > 0 && <p>{stay === 1 ? 'One stays as it is.' : `${stay} stay as they are.`}</p>}
      <p className={classes.quietText}>Runs in flight finish on the version they began with.</p>
    </div>
  )
}
