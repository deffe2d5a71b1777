import { IconPinFilled } from '@tabler/icons-react'
import type { NodeProps, Node } from '@xyflow/react'
import { memo } from 'react'
import type { StepData } from '#canvas/flow.ts'
import { stepDetail } from '#canvas/step-detail.ts'
import { errorPort } from '#graph/ports.ts'
import { portOffset } from '#canvas/scene.ts'
import { StepIcon } from '#canvas/step-icon.tsx'
import { sendingShape } from '#canvas/ticket-shape.ts'
import { statusTone } from '#ui/status.ts'
import { CornerGlyph } from './corner-glyph.tsx'
import { Grip, useGrips } from './grip.tsx'
import classes from './nodes.module.css'

export const StepNodeView = memo(function StepNodeView({ data, isConnectable, selected }: NodeProps<Node<StepData, 'step'>>) {
  const { node, mark, ports, w, h } = data
  const sends = node.kind === 'emit' || node.kind === 'emit-each'
  const { shown, anchor } = useGrips(selected)
  return (
    <div
      ref={anchor} className={classes.step}
      data-sends={sends ? node.kind : undefined}
      data-tone={mark && mark.state !== 'completed' ? statusTone[mark.state] : undefined}
      data-state={mark?.state}
      data-repeated={node.each !== undefined || undefined}
    >
      {(node.kind === 'emit' || node.kind === 'emit-each') && <SendingBody kind={node.kind} w={w} h={h} done={mark?.state === 'completed'} />}
      <div className={classes.ticket}>
        <span className={classes.stub}><StepIcon kind={node.kind} size={15} /></span>
        <div className={classes.ticketText} data-words>
          <b>{node.name}</b>
          <small data-detail>{mark?.note ?? stepDetail(node)}</small>
        </div>
      </div>
      <CornerGlyph mark={mark} problem={data.problem} />
      {node.pinned !== undefined && <span className={classes.pin}><IconPinFilled size={11} aria-hidden /></span>}
      {shown && <Grip id="in" type="target" isConnectable={isConnectable} />}
      {ports.map((port, i) => (shown || port.id === errorPort.id) && (
        <Grip
          key={port.id} id={port.id} type="source" isConnectable={isConnectable} style={{ top: portOffset(h, i, ports.length) }}
          title={ports.length > 1 ? port.label : undefined} data-error={port.id === errorPort.id || undefined}
        />
      ))}
    </div>
  )
})

function SendingBody({ kind, w, h, done }: { kind: 'emit' | 'emit-each'; w: number; h: number; done: boolean }) {
  const { body, ends, endsX } = sendingShape(kind, w, h)
  return (
    <svg className={classes.shape} width={w} height={h} aria-hidden="true">
      <path className={classes.lift} transform="translate(0 1)" d={body} />
      <path className={classes.body} d={body} />
      {ends.map((end, i) => <path key={i} className={classes.cap} transform={`translate(${endsX} 0)`} data-done={(kind === 'emit-each' && done) || undefined} d={end} />)}
    </svg>
  )
}
