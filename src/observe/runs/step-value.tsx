'use client'
import { Button } from '@mantine/core'
import { useState } from 'react'
import { isJsonObject, type Json } from '#base/json.ts'
import { JsonView } from '#ui/json-view.tsx'
import { notifyError } from '#ui/notify.ts'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPCClient } from '#ui/trpc.tsx'
import classes from './run.module.css'

interface StepValueProps {
  run: string
  step: string
  part: 'input' | 'output'
  value: Json
  root: string
}

/** A recorded value. The server sends only the start of a very long one; the rest comes when asked for. */
export function StepValue({ run, step, part, value, root }: StepValueProps) {
  const workspace = useWorkspace()
  const client = useTRPCClient()
  const [whole, setWhole] = useState<Json | undefined>()
  const [busy, setBusy] = useState(false)
  const cut = isJsonObject(value) && value.truncated === true && typeof value.start === 'string' ? { characters: Number(value.characters), start: value.start } : null
  if (cut === null || whole !== undefined) return <JsonView value={whole ?? value} root={root} maxHeight={520} />
  const load = async () => {
    setBusy(true)
    try {
      setWhole((await client.runs.stepValue.query({ workspace: workspace.slug, id: run, step, part })).value)
    } catch (error) {
      notifyError(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <pre className={classes.cutText}>{cut.start}…</pre>
      <div className={classes.cutFoot}>
        <span className={classes.quiet}>{cut.characters.toLocaleString('en')} characters in all.</span>
        <Button size="xs" loading={busy} onClick={() => void load()}>Show all</Button>
      </div>
    </>
  )
}
