import { IconChevronDown, IconChevronRight } from '@tabler/icons-react'
import type { NodeProps, Node } from '@xyflow/react'
import { memo } from 'react'
import type { FunctionData } from '#canvas/flow.ts'
import { arrowPath } from '#ui/shapes/order.ts'
import { RetryBars } from '#ui/retry-bars.tsx'
import { StatusGlyph } from '#ui/status-glyph.tsx'
import { statusTone } from '#ui/status.ts'
import { frame } from '#graph/sizes.ts'
import { FlowBadges } from './flow-badges.tsx'
import { Grip, useGrips } from './grip.tsx'
import { MiniStrip, MiniTickets } from './mini-steps.tsx'
import { ResizeCorner } from './resize-corner.tsx'
import classes from './nodes.module.css'

export const FunctionNodeView = memo(function FunctionNodeView({ data, isConnectable, selected, draggable }: NodeProps<Node<FunctionData, 'function'>>) {
  const { node, mark, problem, inside } = data
  const state = mark?.state ?? problem
  const used = mark?.used ?? 0
  const collapsed = node.collapsed === true
  const { shown, anchor } = useGrips(selected)
  return (
    <div ref={anchor} className={classes.frame} data-tone={mark ? statusTone[mark.state] : undefined} data-problem={problem} data-collapsed={collapsed || undefined}>
      <span className={classes.hinge} style={{ top: inside.hingeY - 11 }} />
      {!collapsed && <Inside data={data} />}
      {data.minis && (collapsed ? <MiniStrip steps={data.minis} /> : <MiniTickets steps={data.minis} />)}
      <div className={classes.frameHead}>
        {state && <StatusGlyph state={state} size={14} label="" />}
        {data.paused && state === undefined && <StatusGlyph state="waiting" size={14} label="" />}
        <span className={classes.slug}>{node.slug || 'name this function'}</span>
        {draggable && <Fold collapsed={collapsed} />}
        {data.version && <small data-detail>{data.version}</small>}
        <span data-detail><RetryBars left={Math.max(0, node.retries - used)} used={used} failed={mark?.state === 'failed'} /></span>
      </div>
      <FlowBadges node={node} />
      <Foot data={data} />
      {shown && <Grip id="in" type="target" isConnectable={isConnectable} style={{ top: inside.hingeY, left: 0 }} />}
      {selected && draggable && !collapsed && <ResizeCorner minWidth={frame.min.w} minHeight={frame.min.h} />}
    </div>
  )
})

/** For the pointer; keys and the search have commands. The editor listens for clicks on it. */
function Fold({ collapsed }: { collapsed: boolean }) {
  const Arrow = collapsed ? IconChevronRight : IconChevronDown
  return <span className={`nodrag ${classes.fold}`} data-fold data-detail title={collapsed ? 'Expand' : 'Collapse'} aria-hidden="true"><Arrow size={14} stroke={1.9} /></span>
}

/** Lines from the wall to the first steps, and the bars of joins. */
function Inside({ data }: { data: FunctionData }) {
  const { entries, bars, hingeY } = data.inside
  return (
    <svg className={classes.inside} width="1" height="1" aria-hidden="true">
      {entries.map((to, i) => (
        <g key={i} className={classes.wire}>
          <path d={entryPath(hingeY, to)} />
          <path d={arrowPath(to)} strokeLinecap="round" strokeLinejoin="round" />
        </g>
      ))}
      {bars.map((bar) => (
        <g key={bar.stepId} className={classes.wire}>
          <rect x={bar.x} y={bar.top} width="4" height={bar.bottom - bar.top} rx="1" />
          <path d={`M${bar.x + 4} ${bar.to.y}H${bar.to.x}`} />
          <path d={arrowPath(bar.to)} strokeLinecap="round" strokeLinejoin="round" />
        </g>
      ))}
    </svg>
  )
}

function entryPath(hingeY: number, to: { x: number; y: number }): string {
  const dy = to.y - hingeY
  if (Math.abs(dy) < 1) return `M4 ${to.y}H${to.x}`
  const r = Math.min(5, Math.abs(dy) / 2)
  const down = Math.sign(dy)
  return `M4 ${hingeY}H${12 - r}Q12 ${hingeY} 12 ${hingeY + r * down}V${to.y - r * down}Q12 ${to.y} ${12 + r} ${to.y}H${to.x}`
}

function Foot({ data }: { data: FunctionData }) {
  const { node, mark, steps } = data
  const named = node.collapsed === true && node.name ? `${node.name}, ` : ''
  const { concurrency, concurrency2 } = node
  const counts = mark?.counts ?? []
  return (
    <div className={classes.frameFoot} {...(counts.length > 0 ? { 'data-words': true } : { 'data-detail': true })}>
      {counts.length > 0
        ? counts.map(({ state, count }) => (
          <span key={state} data-tone={statusTone[state]}><StatusGlyph state={state} size={11} />{count.toLocaleString('en')}</span>
        ))
        : <span>{steps === 0 ? 'Drop a step here' : `${named}${steps} ${steps === 1 ? 'step' : 'steps'}`}</span>}
      <span className={classes.footNote}>
        {mark?.note ?? [concurrency, concurrency2].flatMap((limit) => (limit ? [`${limit.limit}${limit.key ? ' per key' : ' at a time'}`] : [])).join(', ')}
      </span>
    </div>
  )
}
