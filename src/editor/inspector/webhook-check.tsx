'use client'
/** Asks the address itself, from where the person sits, whether it answers. Nothing is stored. */
import { Button } from '@mantine/core'
import { useState } from 'react'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import { useEditor } from '../context.ts'
import { checkText, type Answer } from './webhook-check-words.ts'
import classes from './inspector.module.css'

export function WebhookCheck({ url }: { url: string }) {
  const { editor } = useEditor()
  const [busy, setBusy] = useState(false)
  const [answer, setAnswer] = useState<Answer | null>(null)
  const check = async (): Promise<void> => {
    setBusy(true)
    setAnswer(null)
    // A webhook that was drawn just now gets its address with the save.
    if (!(await editor.autosave.flush())) setAnswer({ kind: 'unsaved' })
    else setAnswer(await ask(url))
    setBusy(false)
  }
  const said = answer === null ? null : checkText(answer)
  return (
    <div className={classes.check}>
      <Button size="xs" loading={busy} onClick={() => void check()}>Check this address</Button>
      <div role="status" className={classes.checked}>
        {said !== null && <><StatusGlyph state={said.good ? 'completed' : 'error'} size={13} label="" /><span>{said.text}</span></>}
      </div>
    </div>
  )
}

async function ask(url: string): Promise<Answer> {
  try {
    const response = await fetch(url, { method: 'POST', headers: { 'x-fanwise-check': '1' }, signal: AbortSignal.timeout(10_000) })
    const body: unknown = await response.json().catch(() => null)
    return { kind: 'answered', status: response.status, body }
  } catch {
    return { kind: 'silent' }
  }
}
