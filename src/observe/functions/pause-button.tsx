'use client'
/** Pauses a function, after saying what that does, and resumes it. */
import { Button, Checkbox, Modal, TextInput } from '@mantine/core'
import { IconPlayerPause, IconPlayerTrackNext } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { FunctionSummary } from '#server/functions/list-functions.ts'
import { ErrorNote } from '#ui/error-note.tsx'
import { notifyError } from '#ui/notify.ts'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'

export function PauseButton({ fn }: { fn: Pick<FunctionSummary, 'slug' | 'paused' | 'open'> }) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const client = useQueryClient()
  const [asking, setAsking] = useState(false)
  const [reason, setReason] = useState('')
  const [cancelRunning, setCancelRunning] = useState(false)
  const onSettled = () => void client.invalidateQueries(trpc.functions.list.pathFilter())
  const pause = useMutation(trpc.holds.pauseFunction.mutationOptions({ onSettled, onSuccess: () => setAsking(false) }))
  const resume = useMutation(trpc.holds.resumeFunction.mutationOptions({ onSettled, onError: notifyError }))
  if (fn.paused !== null) {
    return <Button size="xs" loading={resume.isPending} leftSection={<IconPlayerTrackNext size={13} stroke={1.7} />} aria-label={`Resume ${fn.slug}`} onClick={() => resume.mutate({ workspace: workspace.slug, slug: fn.slug })}>Resume</Button>
  }
  return (
    <>
      <Button size="xs" variant="default" leftSection={<IconPlayerPause size={13} stroke={1.7} />} aria-label={`Pause ${fn.slug}`} onClick={() => setAsking(true)}>Pause</Button>
      <Modal opened={asking} onClose={() => setAsking(false)} title={`Pause ${fn.slug}?`} size={460}>
        <form
          style={{ display: 'grid', gap: 14 }}
          onSubmit={(submitted) => {
            submitted.preventDefault()
            pause.mutate({ workspace: workspace.slug, slug: fn.slug, cancelRunning, ...(reason.trim() === '' ? {} : { reason }) })
          }}
        >
          <p style={{ margin: 0 }}>Events are still taken, and their runs wait here until you resume it. Nothing is lost, and no attempt is used up. Steps that are executing end first.</p>
          <TextInput label="Why" description="Whoever asks why a run waits reads this." placeholder="The CRM is being moved" value={reason} onChange={(changed) => setReason(changed.currentTarget.value)} maxLength={300} />
          <Checkbox label={`Cancel runs that have begun instead of holding them${fn.open > 0 ? ` (${fn.open.toLocaleString('en')} open)` : ''}`} checked={cancelRunning} onChange={(changed) => setCancelRunning(changed.currentTarget.checked)} />
          {pause.error === null ? null : <ErrorNote error={pause.error} />}
          <Button type="submit" variant="filled" justify="center" loading={pause.isPending}>Pause it</Button>
        </form>
      </Modal>
    </>
  )
}
