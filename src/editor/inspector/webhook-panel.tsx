'use client'
import { TextInput } from '@mantine/core'
import { useEffect, useState } from 'react'
import { webhookSources } from '#graph/compile/sources.ts'
import type { GraphDocument, WebhookNode } from '#graph/document.ts'
import { longestText } from '#graph/operations.ts'
import { CopyButton } from '#ui/copy-button.tsx'
import { useEditor, useEditorState } from '../context.ts'
import { FieldFrame } from '../form/field-frame.tsx'
import { Fields } from '../form/fields.tsx'
import { TextField } from '../form/text-field.tsx'
import { useProblem } from '../form/use-field.ts'
import { LinkList, type LinkRow } from './link-list.tsx'
import { WebhookWaiting } from '../start/webhook-waiting.tsx'
import { WebhookCheck } from './webhook-check.tsx'
import { useUpdate } from './use-update.ts'
import classes from './inspector.module.css'

export function WebhookPanel({ node, fresh }: { node: WebhookNode; fresh: boolean }) {
  const update = useUpdate(node)
  const document = useEditorState((state) => state.document)
  const { nodes, edges } = document
  const live = useLiveEvent(node, document)
  const [origin, setOrigin] = useState('')
  useEffect(() => setOrigin(window.location.origin), [])
  const url = `${origin}/hooks/${node.hookId}`
  const feeds = Object.values(edges).flatMap((edge): LinkRow[] => {
    const target = edge.type === 'feed' && edge.source === node.id ? nodes[edge.target] : undefined
    return target?.type === 'event' ? [{ id: target.id, text: target.event || 'Unnamed event', mono: true, kind: 'event' }] : []
  })
  return (
    <>
      <Fields><TextField label="Name" value={node.name} onChange={(value) => update('name', value)} problem={useProblem('name')} fresh={fresh} most={longestText('webhook', 'name')} /></Fields>
      <FieldFrame label="URL" htmlFor={`url-${node.id}`} help="Takes POST with JSON, a form or text. The address is the secret: give it only to the sender.">
        <TextInput
          id={`url-${node.id}`} value={url} readOnly onFocus={(event) => event.currentTarget.select()} rightSection={<CopyButton value={url} label="Copy the URL" />}
          styles={{ input: { fontFamily: 'var(--fw-mono)', fontSize: 12, textOverflow: 'ellipsis' } }}
        />
      </FieldFrame>
      <WebhookWaiting node={node} url={url} live={live} />
      <Fields>
        <WebhookCheck url={url} />
        <TextField
          label="Counts as the same when equal" value={node.dedupePath ?? ''} onChange={(value) => update('dedupePath', value === '' ? undefined : value)} mono placeholder="id" most={longestText('webhook', 'dedupePath')}
          problem={useProblem('dedupePath')} help="Path in the body, optional. A delivery whose value came within 24 hours is answered and dropped, so senders may retry."
        />
      </Fields>
      <LinkList title="Becomes" rows={feeds} empty="No event yet. Draw a line from the webhook to an event." />
      {live !== null && <p className={classes.quiet} data-testid="webhook-live">Until you publish, what arrives goes on becoming <code>{live}</code>.</p>}
    </>
  )
}

/** The event that its calls become as it is published, where the drawing says another one. */
function useLiveEvent({ hookId }: WebhookNode, document: GraphDocument): string | null {
  const { published } = useEditor()
  const eventIn = (one: GraphDocument): string | null => webhookSources(one).find((source) => source.hookId === hookId)?.event ?? null
  const live = published === null ? null : eventIn(published.document)
  return live === eventIn(document) ? null : live
}
