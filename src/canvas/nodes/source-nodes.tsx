import type { NodeProps, Node } from '@xyflow/react'
import { memo } from 'react'
import type { NoteData, ScheduleData, WebhookData } from '#canvas/flow.ts'
import { scheduleWords } from '#canvas/schedule-words.ts'
import { scheduleSize } from '#graph/sizes.ts'
import { clockHands, clockTicks } from '#ui/shapes/clock.ts'
import { inletPath } from '#ui/shapes/inlet.ts'
import { CornerGlyph } from './corner-glyph.tsx'
import { Grip, useGrips } from './grip.tsx'
import { NoteShape } from './note-colour.tsx'
import { NoteText } from './note-text.tsx'
import { ResizeCorner } from './resize-corner.tsx'
import classes from './nodes.module.css'

export const WebhookNodeView = memo(function WebhookNodeView({ data, isConnectable, selected }: NodeProps<Node<WebhookData, 'webhook'>>) {
  const { node, w, h } = data
  const { shown, anchor } = useGrips(selected)
  return (
    <div ref={anchor} className={classes.source}>
      <svg className={classes.shape} width={w} height={h} aria-hidden="true">
        <path d={inletPath(w, h)} />
        <circle cx="0" cy={h / 2} r="3" />
      </svg>
      <div className={classes.sourceText} data-words>
        <span>{node.name || 'Webhook'}</span>
        <small data-detail>/hooks/{node.hookId.slice(0, 6)}…</small>
      </div>
      <CornerGlyph mark={data.mark} problem={data.problem} />
      {shown && <Grip id="out" type="source" isConnectable={isConnectable} />}
    </div>
  )
})

export const ScheduleNodeView = memo(function ScheduleNodeView({ data, isConnectable, selected }: NodeProps<Node<ScheduleData, 'schedule'>>) {
  const { hour, minute, short, zone } = scheduleWords(data.node.cron, data.node.timezone)
  const s = scheduleSize
  const { shown, anchor } = useGrips(selected)
  return (
    <div ref={anchor} className={classes.clock}>
      <svg className={classes.shape} width={s} height={s} aria-hidden="true">
        <circle cx={s / 2} cy={s / 2} r={s / 2 - 0.9} />
        <path className={classes.ticks} d={clockTicks(s)} />
        <path className={classes.hands} d={clockHands(s, hour, minute)} />
      </svg>
      <div className={classes.clockText} data-words>
        <b>{short}</b>
        <span data-detail>{zone}</span>
      </div>
      <CornerGlyph mark={data.mark} problem={data.problem} />
      {shown && <Grip id="out" type="source" isConnectable={isConnectable} />}
    </div>
  )
})

export const NoteNodeView = memo(function NoteNodeView({ data, selected, draggable }: NodeProps<Node<NoteData, 'note'>>) {
  return (
    <>
      <div className={classes.note} data-colour={data.node.colour} data-words={data.node.colour === undefined || undefined}>
        {data.node.colour !== undefined && <span className={classes.noteShape}><NoteShape colour={data.node.colour} /></span>}
        {data.node.text.trim() === '' ? <b>Empty note</b> : <NoteText text={data.node.text} />}
      </div>
      {selected && draggable && <ResizeCorner minWidth={96} minHeight={32} />}
    </>
  )
})
