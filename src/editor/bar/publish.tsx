'use client'
/** Publish: opens the review; what is chosen there goes live in one transaction on the server. */
import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { FunctionChange } from '#graph/diff.ts'
import { notifyDone, notifyError } from '#ui/notify.ts'
import { useTRPC, useTRPCClient } from '#ui/trpc.tsx'
import { useBarCommand } from '../commands/bar-commands.ts'
import { commands } from '../commands/list.ts'
import { useEditor } from '../context.ts'
import { Review, type Choice } from '../review/review.tsx'

export function Publish({ changes, hasChanges }: { changes: FunctionChange[]; hasChanges: boolean }) {
  const context = useEditor()
  const { editor, workspace, slug, findings } = context
  const [open, setOpen] = useState(false)
  const [busy, setBusy] = useState(false)
  const discard = commands.find((one) => one.id === 'discard')
  const trpc = useTRPC()
  const queries = useQueryClient()
  const client = useTRPCClient()
  const blocked = findings.errors > 0
  const idle = !hasChanges && !blocked
  useBarCommand('publish', idle ? null : () => setOpen(true))

  const publish = async (choice: Choice): Promise<void> => {
    setBusy(true)
    try {
      const revision = await editor.autosave.seen()
      if (revision === 'changed') {
        notifications.show({ message: 'Not published: edits of somebody else came in with your last ones. Look at the changes, then publish again.', color: 'red', autoClose: 8000, withBorder: true })
        return
      }
      if (revision === null) {
        notifications.show({ message: 'Not published: the last edits have not reached the server yet. They are kept here; publish once they are saved.', color: 'red', autoClose: 8000, withBorder: true })
        return
      }
      const result = await client.workflows.publish.mutate({ workspace, slug, revision, ...choice })
      await queries.invalidateQueries(trpc.workflows.pathFilter())
      setOpen(false)
      const fresh = result.functions.filter((one) => one.changed).map((one) => `${one.slug} v${one.version}`)
      const gone = result.removed.length === 0 ? '' : ` ${result.removed.join(', ')} ${result.removed.length === 1 ? 'starts' : 'start'} no new runs.`
      notifyDone(`${fresh.length === 0 ? 'Published. No function changed its version.' : `Published ${fresh.join(', ')}.`}${gone}`)
    } catch (error) {
      editor.autosave.news()
      notifyError(error)
    } finally {
      setBusy(false)
    }
  }
  const throwAway = (): void => {
    discard?.run(context)
    setOpen(false)
  }

  return (
    <>
      <Button variant="filled" data-testid="publish" onClick={() => setOpen(true)} disabled={idle} title={idle ? 'What is drawn is live.' : undefined}>Publish</Button>
      {open && (
        <Review
          changes={changes} busy={busy} onPublish={(choice) => void publish(choice)} onClose={() => setOpen(false)}
          onDiscard={hasChanges && discard?.canRun(context) ? throwAway : null}
        />
      )}
    </>
  )
}
