'use client'
/** Pauses functions, after saying what that does, and resumes them; what could not be done is named. */
import { Button, Checkbox, Modal, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState, type FormEvent } from 'react'
import { useStore } from 'zustand'
import { errorShape, useTRPC, useTRPCClient } from '#ui/trpc.tsx'
import { announce } from '../commands/announce.ts'
import { useFocusBack } from '../commands/use-focus-back.ts'
import { useEditor } from '../context.ts'
import { askToPause, pauseUi, resumeAll } from './pause-ui.ts'
import { usePaused } from './use-paused.ts'

export const functionsWords = (slugs: readonly string[]): string => (slugs.length === 1 ? slugs[0]! : `${slugs.length} functions`)

/** Mounted once in the editor. */
export function PauseHost() {
  const { workspace } = useEditor()
  const paused = usePaused(workspace)
  useEffect(() => pauseUi.setState({ paused }), [paused])
  useResume()
  const asking = useStore(pauseUi, (state) => state.asking)
  return asking.length === 0 ? null : <PauseDialog slugs={asking} />
}

function PauseDialog({ slugs }: { slugs: readonly string[] }) {
  const { workspace } = useEditor()
  const server = useTRPCClient()
  useFocusBack()
  const forEach = useForEach()
  const [reason, setReason] = useState('')
  const [cancelRunning, setCancelRunning] = useState(false)
  const [busy, setBusy] = useState(false)
  const close = (): void => askToPause([])
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setBusy(true)
    await forEach(slugs, 'Paused', (slug) => server.holds.pauseFunction.mutate({ workspace, slug, cancelRunning, ...(reason.trim() === '' ? {} : { reason }) }))
    close()
  }
  const several = slugs.length > 1
  return (
    <Modal opened onClose={close} title={`Pause ${functionsWords(slugs)}?`} size={460}>
      <form style={{ display: 'grid', gap: 14 }} onSubmit={(event) => void submit(event)}>
        {several && <p className="mono" style={{ margin: 0, overflowWrap: 'anywhere' }}>{slugs.join(', ')}</p>}
        <p style={{ margin: 0 }}>Events are still taken, and their runs wait until you resume {several ? 'them' : 'it'}. Nothing is lost, and no attempt is used up. Steps that are executing end first. This is about what is live; the drawing stays as it is.</p>
        <TextInput label="Why" description="Whoever asks why a run waits reads this." placeholder="The CRM is being moved" value={reason} onChange={(changed) => setReason(changed.currentTarget.value)} maxLength={300} data-autofocus />
        <Checkbox label="Cancel runs that have begun instead of holding them" checked={cancelRunning} onChange={(changed) => setCancelRunning(changed.currentTarget.checked)} />
        <Button type="submit" variant="filled" justify="center" loading={busy}>Pause {functionsWords(slugs)}</Button>
      </form>
    </Modal>
  )
}

function useResume(): void {
  const { workspace } = useEditor()
  const server = useTRPCClient()
  const forEach = useForEach()
  const resuming = useStore(pauseUi, (state) => state.resuming)
  useEffect(() => {
    if (resuming.length === 0) return
    resumeAll([])
    void forEach(resuming, 'Resumed', (slug) => server.holds.resumeFunction.mutate({ workspace, slug }))
  }, [resuming, forEach, server, workspace])
}

/** One after the other; says how many it was done to, and what went wrong with which. */
function useForEach() {
  const trpc = useTRPC()
  const client = useQueryClient()
  return async (slugs: readonly string[], done: 'Paused' | 'Resumed', change: (slug: string) => Promise<unknown>): Promise<void> => {
    const failed: string[] = []
    for (const slug of slugs) {
      await change(slug).catch((error: unknown) => failed.push(`${slug}: ${errorShape(error).message}`))
    }
    await Promise.all([client.invalidateQueries(trpc.holds.list.pathFilter()), client.invalidateQueries(trpc.functions.list.pathFilter())])
    const fine = slugs.length - failed.length
    const words = [fine === 0 ? '' : `${done}: ${fine === 1 && slugs.length === 1 ? slugs[0]! : `${fine} ${fine === 1 ? 'function' : 'functions'}`}.`, ...failed].filter(Boolean).join(' ')
    announce(words)
    notifications.show({ message: words, autoClose: failed.length === 0 ? 5000 : 12_000, withBorder: true, ...(failed.length === 0 ? {} : { color: 'red' }) })
  }
}
