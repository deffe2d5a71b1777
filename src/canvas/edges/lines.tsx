/** The four lines. Paths come ready from the scene; these only colour them. */
import type { EdgeProps } from '@xyflow/react'
import { memo } from 'react'
import type { FlowEdge } from '#canvas/flow.ts'
import classes from './lines.module.css'

const Hit = ({ d }: { d: string }) => <path className="react-flow__edge-interaction" d={d} fill="none" strokeOpacity={0} strokeWidth={18} />

export const RibEdge = memo(function RibEdge({ data, selected }: EdgeProps<FlowEdge>) {
  if (!data) return null
  const { line, state } = data
  return (
    <g className={classes.rib} data-selected={selected || undefined}>
      <path d={line.paths[0]} />
      {state === 'running' && <path className={classes.band} d={line.spine} />}
      {line.label && <Pill {...line.label} />}
      <Hit d={line.spine} />
    </g>
  )
})

export const FeedEdge = memo(function FeedEdge({ data, selected }: EdgeProps<FlowEdge>) {
  if (!data) return null
  return (
    <g className={classes.feed} data-selected={selected || undefined}>
      <path d={data.line.spine} />
      <Hit d={data.line.spine} />
    </g>
  )
})

export const DerivedEdge = memo(function DerivedEdge({ data }: EdgeProps<FlowEdge>) {
  if (!data) return null
  return (
    <g className={classes.derived} data-moving={data.state === 'running' || undefined}>
      {data.line.paths.map((path, i) => <path key={i} d={path} />)}
      <Hit d={data.line.spine} />
    </g>
  )
})

export const OrderEdge = memo(function OrderEdge({ data, selected }: EdgeProps<FlowEdge>) {
  if (!data) return null
  const { line, state } = data
  return (
    <g className={classes.order} data-selected={selected || undefined} data-state={state} data-error={line.isError}>
      <path d={line.paths[0]} />
      {line.arrow && <path d={line.arrow} strokeLinecap="round" strokeLinejoin="round" data-head />}
      {line.label && <Pill {...line.label} />}
      <Hit d={line.spine} />
      {line.insert && <Insert {...line.insert} />}
    </g>
  )
})

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
  const shown = text.length > 12 ? `${text.slice(0, 11)}…` : text
  const width = shown.length * 5.8 + 10
  return (
    <g className={classes.pill} transform={`translate(${x} ${y})`}>
      <rect x={-width / 2} y={-7.5} width={width} height={15} rx={7.5} />
      <text textAnchor="middle" y={3.6}>{shown}</text>
    </g>
  )
}
