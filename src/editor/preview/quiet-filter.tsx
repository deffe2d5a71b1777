'use client'
/** Published conditions that let nothing through: said where one is changed, and where the workflow is looked at. */
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import { useTRPC } from '#ui/trpc.tsx'
import { canvasApi } from '../canvas-api.ts'
import { useEditor, useEditorState } from '../context.ts'
import { counted } from './share-words.ts'
import classes from './preview.module.css'

const quietDays = 7
const quietLooksAt = 5000
/** Each is looked up in stored events: more would only cost. */
const linesMost = 20

/** What became of the events its published condition was to let through; null unless it was none of them. */
function useQuietFilter(edgeId: string) {
  const { workspace, published } = useEditor()
  const trpc = useTRPC()
  const edge = published?.document.edges[edgeId]
  const source = edge === undefined ? undefined : published?.document.nodes[edge.source]
  const condition = edge?.type === 'subscription' ? (edge.if ?? '').trim() : ''
  const event = source?.type === 'event' ? source.event : ''
  const { data: share } = useQuery(trpc.events.matchShare.queryOptions(
    { workspace, event, condition, limit: quietLooksAt, days: quietDays },
    { enabled: condition !== '' && event !== '', staleTime: 300_000, retry: false },
  ))
  return share == null || share.looked === 0 || share.matched > 0 || share.byHand ? null : share
}

/** On the panel of the line. */
export function QuietFilter({ edgeId }: { edgeId: string }) {
  const share = useQuietFilter(edgeId)
  if (share === null) return null
  return (
    <div className={classes.notice} role="note" data-testid="quiet-filter">
      <StatusGlyph state="warning" size={13} label="" />
      <p>
        <b>{share.complete ? `No event of the last ${quietDays} days matches.` : 'No event matches lately.'}</b>{' '}
        {share.complete && share.looked === 1 ? 'One came, and the published condition does not fit it' : `The published condition fits none of the ${share.complete ? '' : 'newest '}${counted(share.looked, 'event')} that came`}, so this line starts nothing.
        {share.missing === share.looked && share.missingPath !== null && <> All of them lack <span className="mono">{share.missingPath}</span>.</>}
      </p>
    </div>
  )
}

/** On the panel of the workflow: every such line, with the way to it. */
export function QuietFilters() {
  const { published } = useEditor()
  const edges = useEditorState((state) => state.document.edges)
  const filtered = Object.values(published?.document.edges ?? {}).flatMap((edge) => (edge.type === 'subscription' && (edge.if ?? '').trim() !== '' && edges[edge.id] !== undefined ? [edge.id] : []))
  return filtered.slice(0, linesMost).map((id) => <QuietLine key={id} edgeId={id} />)
}

function QuietLine({ edgeId }: { edgeId: string }) {
  const { editor, published } = useEditor()
  const share = useQuietFilter(edgeId)
  const edge = published?.document.edges[edgeId]
  if (share === null || edge === undefined) return null
  const target = published?.document.nodes[edge.target]
  const slug = target?.type === 'function' ? target.slug : 'a function'
  const show = (): void => {
    editor.select([edgeId])
    canvasApi()?.reveal([edge.source, edge.target])
  }
  return (
    <div className={classes.notice} role="note" data-testid="quiet-line">
      <StatusGlyph state="warning" size={13} label="" />
      <p>
        <b>The condition before <span className="mono">{slug}</span> lets nothing through.</b>{' '}
        {share.looked === 1 ? `The one event of the last ${quietDays} days does not match it.` : `None of the ${share.complete ? '' : 'newest '}${counted(share.looked, 'event')} of the last ${quietDays} days matches it.`}
        <Button variant="subtle" size="compact-xs" px={0} display="block" mt={2} onClick={show}>Show the condition</Button>
      </p>
    </div>
  )
}
