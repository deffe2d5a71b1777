'use client'
/** On the run page: what a program was to send, sent by a person instead. */
import { Button, Textarea } from '@mantine/core'
import { IconSend } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { readObject } from '#base/json-text.ts'
import { ErrorNote } from '#ui/error-note.tsx'
import { notifyDone } from '#ui/notify.ts'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import classes from './approvals.module.css'

export function RunSignal({ run, signal }: { run: string; signal: string }) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const client = useQueryClient()
  const [text, setText] = useState('{}')
  const read = readObject(text, 'Write an object, such as {"amount": 12}.')
  const data = 'value' in read ? read.value : null
  const send = useMutation(trpc.runs.signal.mutationOptions({
    onSuccess: () => notifyDone('Sent. The run goes on.'),
    onSettled: () => client.invalidateQueries(trpc.runs.pathFilter()),
  }))
  return (
    <section className={classes.inPanel} aria-label="Signal">
      <h3 className={classes.question}>Waits for the signal <span className="mono">{signal}</span></h3>
      {workspace.role === 'viewer' ? <p className={classes.quiet}>Editors, admins and owners can send it here; programs send it with an API key.</p> : (
        <form
          className={classes.decision}
          onSubmit={(submitted) => {
            submitted.preventDefault()
            if (data !== null) send.mutate({ workspace: workspace.slug, id: run, signal, data })
          }}
        >
          <Textarea
            label="Data" description="JSON, as the program would send it. It becomes the output of the step." classNames={{ input: 'mono' }} autosize minRows={2} maxRows={10} spellCheck={false}
            value={text} error={'problem' in read ? read.problem : null} onChange={(event) => setText(event.currentTarget.value)}
          />
          <div className={classes.buttons}><Button type="submit" loading={send.isPending} disabled={data === null} leftSection={<IconSend size={15} stroke={1.7} />}>Send the signal</Button></div>
        </form>
      )}
      {send.error === null ? null : <ErrorNote error={send.error} />}
    </section>
  )
}
