import type { NodeProps, Node } from '@xyflow/react'
import { Fragment, memo } from 'react'
import type { EventData } from '#canvas/flow.ts'
import { splitEventName } from '#canvas/marks.ts'
import { eventPath } from '#ui/shapes/event.ts'
import { CornerGlyph } from './corner-glyph.tsx'
import { Grip, useGrips } from './grip.tsx'
import classes from './nodes.module.css'

export const EventNodeView = memo(function EventNodeView({ data, isConnectable, selected }: NodeProps<Node<EventData, 'event'>>) {
  const { namespace, rest } = splitEventName(data.node.event)
  const nobody = data.reactHere + data.elsewhere.length === 0
  const { shown, anchor } = useGrips(selected)
  return (
    <div ref={anchor} className={classes.event} data-lonely={nobody || undefined}>
      <svg className={classes.shape} width={data.w} height={data.h} aria-hidden="true">
        <path d={eventPath(data.w, data.h)} />
      </svg>
      <div className={classes.eventText}>
        {namespace && <small>{namespace}</small>}
        <span className={classes.eventName} style={{ '--fit': `${Math.floor((data.w - 24) / (Math.max(rest.length, 4) * 0.6))}px` } as React.CSSProperties}><Breakable name={rest || 'name this event'} /></span>
      </div>
      <CornerGlyph mark={data.mark} problem={data.problem} />
      <Reactions data={data} />
      {shown && <Grip id="in" type="target" isConnectable={isConnectable} />}
      {shown && <Grip id="out" type="source" isConnectable={isConnectable} />}
    </div>
  )
})

/** May break behind its dots, dashes and underlines. */
export function Breakable({ name }: { name: string }) {
  return name.split(/(?<=[._/-])/).map((part, i) => <Fragment key={i}>{i > 0 && <wbr />}{part}</Fragment>)
}

function Reactions({ data }: { data: EventData }) {
  const { reactHere: here, elsewhere, senders } = data
  const all = here + elsewhere.length
  return (
    <div className={classes.under} {...(data.mark?.note === undefined ? { 'data-detail': true } : { 'data-words': true })}>
      <b>{data.mark?.note ?? (all === 0 ? 'Nobody reacts' : `${all} ${all === 1 ? 'function reacts' : 'functions react'}`)}</b>
      {elsewhere.length > 0 && (
        <span>{here > 0 ? `${here} here, ` : ''}{elsewhere.length} in {whose(elsewhere)}</span>
      )}
      {senders.length > 0 && <span>sent by {senders.length === 1 ? senders[0]!.slug : `${senders.length} functions`} in {whose(senders)}</span>}
    </div>
  )
}

const whose = (functions: { workflow: string }[]): string => (new Set(functions.map((one) => one.workflow)).size === 1 ? functions[0]!.workflow : 'other workflows')
