/** The four lines. Paths come ready from the scene; these only colour them. */
import type { EdgeProps } from '@xyflow/react'
import { memo, type ReactNode } from 'react'
import type { FlowEdge } from '#canvas/flow.ts'
import type { Line } from '#canvas/lines.ts'
import { pillText, pillWidth } from '#graph/way-names.ts'
import type { UiStatus } from '#ui/status.ts'
import classes from './lines.module.css'

const Hit = ({ d }: { d: string }) => <path className="react-flow__edge-interaction" d={d} fill="none" strokeOpacity={0} strokeWidth={18} />

export interface LineShapeProps {
  line: Line
  state?: UiStatus | undefined
  selected?: boolean | undefined
}

export function RibLine({ line, state, selected }: LineShapeProps) {
  return (
    <g className={classes.rib} data-selected={selected || undefined}>
      <path d={line.paths[0]} />
      {state === 'running' && <path className={classes.band} d={line.spine} />}
      {line.label && <Pill {...line.label} />}
      <Hit d={line.spine} />
    </g>
  )
}

export function FeedLine({ line, selected }: LineShapeProps) {
  return (
    <g className={classes.feed} data-selected={selected || undefined}>
      <path d={line.spine} />
      <Hit d={line.spine} />
    </g>
  )
}

export function DerivedLine({ line, state }: LineShapeProps) {
  return (
    <g className={classes.derived} data-moving={state === 'running' || undefined}>
      {line.paths.map((path, i) => <path key={i} d={path} />)}
      <Hit d={line.spine} />
    </g>
  )
}

export function OrderLine({ line, state, selected }: LineShapeProps) {
  return (
    <g className={classes.order} data-selected={selected || undefined} data-state={state} data-error={line.isError}>
      <path d={line.paths[0]} />
      {line.arrow && <path d={line.arrow} strokeLinecap="round" strokeLinejoin="round" data-head />}
      {line.label && <Pill {...line.label} />}
      <Hit d={line.spine} />
      {line.insert && <Insert {...line.insert} />}
    </g>
  )
}

const asEdge = (Shape: (props: LineShapeProps) => ReactNode) =>
  memo(({ data, selected }: EdgeProps<FlowEdge>) => (data ? <Shape line={data.line} state={data.state} selected={selected} /> : null))

export const RibEdge = asEdge(RibLine)
export const FeedEdge = asEdge(FeedLine)
export const DerivedEdge = asEdge(DerivedLine)
export const OrderEdge = asEdge(OrderLine)

/** Puts a step between the two; the editor listens for clicks on it. */
function Insert({ x, y }: { x: number; y: number }) {
  return (
    <g className={classes.insert} transform={`translate(${x} ${y})`} data-insert>
      <title>Add a step here</title>
      <circle r={12} fillOpacity={0} />
      <circle r={8} />
      <path d="M-3.5 0H3.5M0 -3.5V3.5" />
    </g>
  )
}

/** A branch's name on its line. */
function Pill({ text, x, y }: { text: string; x: number; y: number }) {
  const shown = pillText(text)
  const width = pillWidth(shown)
  return (
    <g className={classes.pill} transform={`translate(${x} ${y})`}>
      <rect x={-width / 2} y={-7.5} width={width} height={15} rx={7.5} />
      <text textAnchor="middle" y={3.6}>{shown}</text>
    </g>
  )
}
