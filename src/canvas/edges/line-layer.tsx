/**
 * Lines outside React Flow: those that follow the pointer, drawn one by one as edges are, and, seen
 * from far away, all lines as one path for each kind. Nothing here can be clicked.
 */
import { ViewportPortal } from '@xyflow/react'
import { memo } from 'react'
import { lineState, type FlowEdge } from '#canvas/flow.ts'
import type { Line } from '#canvas/lines.ts'
import type { Overlay } from '#canvas/marks.ts'
import { statusTone } from '#ui/status.ts'
import { DerivedLine, FeedLine, OrderLine, RibLine, type LineShapeProps } from './lines.tsx'
import classes from './lines.module.css'

export interface LineLayerProps {
  /** Drawn one by one, above the others. */
  moving?: readonly Line[]
  /** All others, when React Flow does not draw them. */
  still?: readonly Line[]
  selected: ReadonlySet<string>
  overlay?: Overlay | undefined
}

const nothing: readonly Line[] = []
const below = (line: Line): boolean => line.kind === 'rib' || line.kind === 'feed'

export function LineLayer({ moving = nothing, still = nothing, selected, overlay }: LineLayerProps) {
  if (moving.length === 0 && still.length === 0) return null
  return (
    <ViewportPortal>
      {[true, false].map((under) => (
        <svg key={String(under)} className={classes.layer} data-under={under || undefined} aria-hidden="true">
          <Still lines={still} under={under} selected={selected} overlay={overlay} />
          {moving.map((line) => below(line) === under && <One key={line.id} line={line} state={lineState(line, overlay)} selected={selected.has(line.id)} />)}
        </svg>
      ))}
    </ViewportPortal>
  )
}

const shapes = { rib: RibLine, feed: FeedLine, derived: DerivedLine, order: OrderLine }

function One(props: LineShapeProps) {
  const Shape = shapes[props.line.kind]
  return <Shape {...props} />
}

interface StillProps extends Required<Pick<LineLayerProps, 'selected'>> {
  lines: readonly Line[]
  under: boolean
  overlay: Overlay | undefined
}

/** A path for each look. A selected or moving line is one of its own. */
const Still = memo(function Still({ lines, under, selected, overlay }: StillProps) {
  const looks = new Map<string, { kind: Line['kind']; isSelected: boolean; tone: string | undefined; d: string[] }>()
  for (const line of lines) {
    if (below(line) !== under) continue
    const state = lineState(line, overlay)
    const tone = line.isError ? 'fail' : state ? statusTone[state] : undefined
    const isSelected = selected.has(line.id)
    const key = `${line.kind} ${isSelected} ${tone}`
    let look = looks.get(key)
    if (look === undefined) looks.set(key, (look = { kind: line.kind, isSelected, tone, d: [] }))
    look.d.push(...line.paths)
  }
  return [...looks].map(([key, { kind, isSelected, tone, d }]) => (
    <path key={key} className={classes.all} data-kind={kind} data-selected={isSelected || undefined} data-tone={tone} d={d.join('')} />
  ))
})

/** Edges that are drawn elsewhere now; the same array while nothing else changes. */
export function withoutLines(edges: FlowEdge[], away: ReadonlySet<string>): FlowEdge[] {
  return away.size === 0 ? edges : edges.filter((edge) => !away.has(edge.id))
}
