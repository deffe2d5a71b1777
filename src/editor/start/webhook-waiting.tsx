'use client'
/** A webhook that nobody has called yet: its curl to copy, and the moment the first request is there. */
import { Button } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { EventNode, WebhookNode } from '#graph/document.ts'
import { updateNode } from '#graph/edit/update-node.ts'
import { CopyButton } from '#ui/copy-button.tsx'
import { RelativeTime } from '#ui/relative-time.tsx'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import { useEditor, useEditorState } from '../context.ts'
import { hangFunction } from '../place.ts'
import classes from './start.module.css'

const asksEveryMs = 2000

export const curlOf = (url: string): string => `curl -X POST ${url} \\\n  -H 'content-type: application/json' \\\n  -d '{"hello":"world"}'`

/** @param live event that calls become as the webhook is published, where the drawing says another one */
export function WebhookWaiting({ node, url, live }: { node: WebhookNode; url: string; live: string | null }) {
  const { workspace, viewOnly } = useEditor()
  const { nodes, edges } = useEditorState((state) => state.document)
  const saved = useEditorState((state) => state.save.kind === 'saved')
  const trpc = useTRPC()
  const feed = Object.values(edges).find((edge) => edge.type === 'feed' && edge.source === node.id)
  const target = feed === undefined ? undefined : nodes[feed.target]
  const event = target?.type === 'event' && target.event !== '' ? target : null
  const reacts = Object.values(edges).some((edge) => edge.type === 'subscription' && edge.source === event?.id)
  // What was there when the panel opened is not news, unless nobody does anything with it yet.
  const [waited, setWaited] = useState(false)
  const { data: first } = useQuery(trpc.events.fromWebhook.queryOptions(
    { workspace, event: live ?? event?.event ?? '', hookId: node.hookId },
    { enabled: event !== null && saved, retry: false, refetchInterval: ({ state }) => (state.data == null ? asksEveryMs : false) },
  ))
  useEffect(() => {
    if (first === null) setWaited(true)
  }, [first])
  if (event === null || viewOnly || first === undefined) return null
  if (first === null) return <Waiting url={url} />
  return waited || !reacts ? <Arrived event={event} first={first} /> : null
}

function Waiting({ url }: { url: string }) {
  const curl = curlOf(url)
  return (
    <section className={classes.waiting} aria-label="First request" data-testid="webhook-waiting">
      <header><StatusGlyph state="waiting" size={14} label="" /><b role="status">Waiting for the first request</b></header>
      <p>Send one from a terminal, or from the system that will call. It works now, before anything is published.</p>
      <div className={classes.curl}>
        <pre>{curl}</pre>
        <CopyButton value={curl} label="Copy the curl command" />
      </div>
    </section>
  )
}

function Arrived({ event, first }: { event: EventNode; first: { id: string; receivedAt: string; data: unknown } }) {
  const { editor, place } = useEditor()
  const { edges } = useEditorState((state) => state.document)
  const trpc = useTRPC()
  const client = useQueryClient()
  // Every panel shows it from now on, not only from the next time they look.
  useEffect(() => void client.invalidateQueries(trpc.workflows.dataAtHand.pathFilter()), [client, trpc, first.id])
  const reacts = Object.values(edges).some((edge) => edge.type === 'subscription' && edge.source === event.id)
  const sample = first.data as EventNode['sample'] | null
  const hang = (): void => {
    const added = hangFunction(editor.store.getState().document, event.id, place)
    editor.edit('Add function', () => added.document, { select: [added.id], fresh: added.id })
  }
  return (
    <section className={classes.waiting} aria-label="First request" data-testid="webhook-arrived">
      <header><StatusGlyph state="completed" size={14} label="" /><b role="status">The first request is here</b><RelativeTime at={Date.parse(first.receivedAt)} /></header>
      <p>It is kept as <span className="mono">{event.event}</span>. As a sample, its fields show up wherever something can be filled in.</p>
      <div className={classes.next}>
        {sample !== null && event.sample === undefined && (
          <Button size="xs" variant="filled" onClick={() => editor.edit('Use as sample', (document) => updateNode(document, event.id, { sample }))}>Use it as the sample</Button>
        )}
        {!reacts && <Button size="xs" onClick={hang}>Add a function for it</Button>}
      </div>
    </section>
  )
}
