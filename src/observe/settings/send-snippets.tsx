'use client'
import { SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { signupSample } from '#examples/signup-pipeline.ts'
import { CopyButton } from '#ui/copy-button.tsx'
import { useOrigin } from '#ui/use-origin.ts'
import classes from './settings.module.css'

/** Ready-made code that sends an event with the workspace's own key. */
export function SendSnippets({ eventKey }: { eventKey: string | null }) {
  const origin = useOrigin()
  const [kind, setKind] = useState('curl')
  if (eventKey === null || origin === null) return null
  const text = kind === 'curl' ? curl(origin, eventKey) : kind === 'sdk' ? sdk(origin, eventKey) : fetchCall(origin, eventKey)
  return (
    <div className={classes.snippet}>
      <div className={classes.snippetHead}>
        <SegmentedControl aria-label="How to send" value={kind} onChange={setKind} data={[{ value: 'curl', label: 'curl' }, { value: 'sdk', label: 'Inngest SDK' }, { value: 'fetch', label: 'fetch' }]} />
        <CopyButton value={text} label="Copy the code" />
      </div>
      <pre className={classes.code} tabIndex={0} aria-label="Code that sends an event">{text}</pre>
      {kind === 'sdk' ? <p className={classes.about}>The Inngest SDK sends events here unchanged. Instead of the options you may set INNGEST_BASE_URL={origin} and INNGEST_EVENT_KEY.</p> : null}
    </div>
  )
}

/** Everything the functions of the example read: with less, four of the five fail. */
const event = { name: 'user/account.created', data: signupSample }
const indented = (spaces: number): string => JSON.stringify(event, null, 2).replaceAll('\n', `\n${' '.repeat(spaces)}`)

function curl(origin: string, key: string): string {
  return `curl ${origin}/e/${key} \\
  -H 'content-type: application/json' \\
  -d '${JSON.stringify(event)}'`
}

function sdk(origin: string, key: string): string {
  return `import { Inngest } from "inngest"

const inngest = new Inngest({
  id: "my-app",
  baseUrl: "${origin}",
  eventKey: "${key}",
})

await inngest.send(${indented(0)})`
}

function fetchCall(origin: string, key: string): string {
  return `await fetch("${origin}/e/${key}", {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify(${indented(2)}),
})`
}
