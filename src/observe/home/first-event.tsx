'use client'
/** The live example: its drawing with how the last event went, and three things to do. */
import { Button } from '@mantine/core'
import { IconPencil, IconSend } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import Link from 'next/link'
import { useMemo, useState, type ReactNode } from 'react'
import { exampleOf, overlayOf, type LiveExample } from '#observe/home/live-example.ts'
import { SendEventDialog } from '#observe/events/send-event.tsx'
import { runStatusOf } from '#observe/runs/sentence.ts'
import { byFunction } from '#observe/runs/run-siblings.tsx'
import type { RunSummary } from '#server/runs/run-row.ts'
import type { WorkflowSummary } from '#server/workflows/find-workflow.ts'
import { CopyButton } from '#ui/copy-button.tsx'
import { notifyDone, notifyError } from '#ui/notify.ts'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import { useWorkspace } from '#ui/shell/workspace-context.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import { useOrigin } from '#ui/use-origin.ts'
import classes from './home.module.css'

const Canvas = dynamic(() => import('#canvas/canvas.tsx').then((module) => module.Canvas), { ssr: false })

export function FirstEvent({ workflows }: { workflows: WorkflowSummary[] }) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const example = useMemo(() => exampleOf(workflows), [workflows])
  const last = useQuery(trpc.events.list.queryOptions({ workspace: workspace.slug, limit: 1, name: example?.event ?? '' }, { enabled: example !== null })).data?.data[0]
  const event = useQuery(trpc.events.get.queryOptions({ workspace: workspace.slug, id: last?.id ?? '' }, { enabled: last !== undefined })).data
  const runs = useMemo(() => (event === undefined || example === null ? [] : event.runs.filter((run) => example.functions[run.function] !== undefined)), [event, example])
  const overlay = useMemo(() => (example === null ? {} : overlayOf(example, runs)), [example, runs])
  const mayAct = workspace.role !== 'viewer'
  return (
    <div className={classes.first}>
      <div className={classes.canvas} role="group" aria-label="Drawing of the example">{example === null ? null : <Canvas document={example.document} overlay={overlay} />}</div>
      <ol className={classes.steps}>
        <Todo number={1} done={runs.length > 0} title="Send an event" about={mayAct ? 'From here, or from a terminal with your own key.' : 'Editors of this workspace send it from here.'}>
          {example === null || !mayAct ? null : <SendIt example={example} />}
        </Todo>
        <Todo number={2} done={runs.length > 0 && runs.every((run) => run.endedAt !== null)} title="Watch each function run" about={runs.length === 0 ? 'Each has its own walls, retries and history.' : undefined}>
          {runs.length === 0 ? null : <RunChips runs={runs} />}
        </Todo>
        <Todo number={3} done={false} title="Make one fail" about="The CRM of the playground fails on command. Send again: only add-to-crm retries.">
          {mayAct ? <CrmSwitch /> : null}
        </Todo>
      </ol>
    </div>
  )
}

function Todo({ number, done, title, about, children }: { number: number; done: boolean; title: string; about?: string; children?: ReactNode }) {
  return (
    <li className={classes.todo}>
      <span className={classes.number} data-done={done || undefined}>{number}</span>
      <div className={classes.todoBody}>
        <div className={classes.todoTitle}>{title}</div>
        {about === undefined ? null : <div className={classes.todoAbout}>{about}</div>}
        {children}
      </div>
    </li>
  )
}

function SendIt({ example }: { example: LiveExample }) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const client = useQueryClient()
  const [editing, setEditing] = useState(false)
  const send = useMutation(trpc.events.send.mutationOptions({
    onError: notifyError,
    onSuccess: ({ runs }) => {
      void client.invalidateQueries(trpc.events.pathFilter())
      void client.invalidateQueries(trpc.runs.pathFilter())
      notifyDone(`${example.event} started ${runs} ${runs === 1 ? 'run' : 'runs'}.`)
    },
  }))
  return (
    <>
      <div className={classes.buttons}>
        <Button variant="filled" data-tone="event" loading={send.isPending} leftSection={<IconSend size={15} stroke={1.7} />} onClick={() => send.mutate({ workspace: workspace.slug, name: example.event, data: (example.sample ?? {}) as never })}>
          Send {example.event}
        </Button>
        <Button leftSection={<IconPencil size={15} stroke={1.7} />} onClick={() => setEditing(true)}>Edit its data</Button>
      </div>
      <Curl example={example} />
      <SendEventDialog opened={editing} onClose={() => setEditing(false)} name={example.event} data={example.sample} />
    </>
  )
}

/** With the sample, so that what it starts finds what it reads. */
function Curl({ example }: { example: LiveExample }) {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const origin = useOrigin()
  const key = useQuery(trpc.keys.list.queryOptions({ workspace: workspace.slug })).data?.find((one) => one.kind === 'event' && one.text !== null)?.text
  if (key === undefined || key === null || origin === null) return null
  const url = `${origin}/e/${key}`
  const body = JSON.stringify({ name: example.event, data: example.sample ?? {} }).replaceAll("'", String.raw`'\''`)
  return (
    <div className={classes.curl}>
      <code className="cut">curl <span data-part="url">{origin}/e/{key.slice(0, 16)}…</span> -d <span data-part="body">'{body}'</span></code>
      <CopyButton value={`curl ${url} -H 'content-type: application/json' -d '${body}'`} label="Copy the whole command" />
    </div>
  )
}

function RunChips({ runs }: { runs: RunSummary[] }) {
  const workspace = useWorkspace()
  return (
    <div className={classes.chips}>
      {byFunction(runs).map((run) => (
        <Link key={run.id} href={workspace.path(`/runs/${run.id}`)} className={classes.chip}>
          <StatusGlyph state={runStatusOf(run)} size={13} />
          <span className="mono">{run.function}</span>
        </Link>
      ))}
    </div>
  )
}

function CrmSwitch() {
  const workspace = useWorkspace()
  const trpc = useTRPC()
  const client = useQueryClient()
  const crm = useQuery(trpc.playground.services.queryOptions({ workspace: workspace.slug })).data?.find((one) => one.name === 'crm')
  const change = useMutation(trpc.playground.change.mutationOptions({
    onError: notifyError,
    onSuccess: () => client.invalidateQueries(trpc.playground.pathFilter()),
  }))
  if (crm === undefined) return null
  const failing = crm.settings.mode === 'fail'
  return (
    <div className={classes.buttons}>
      <Button loading={change.isPending} onClick={() => change.mutate({ workspace: workspace.slug, service: 'crm', settings: failing ? { mode: 'ok' } : { mode: 'fail', status: 503 } })}>
        {failing ? 'Mend the CRM' : 'Make the CRM fail'}
      </Button>
      {failing ? <span className={classes.todoAbout}>The CRM answers 503 now.</span> : <Link className={classes.strongLink} href={workspace.path('/playground')}>Open the playground</Link>}
    </div>
  )
}
