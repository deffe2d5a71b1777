'use client'
/** Where you are: events solid, functions in wall colour; with zoom controls under it. */
import { MiniMap, Panel, useReactFlow, useStore, type MiniMapNodeProps } from '@xyflow/react'
import { ActionIcon, Tooltip } from '@mantine/core'
import { IconMaximize, IconMinus, IconPlus } from '@tabler/icons-react'
import { useInternalNode } from '@xyflow/react'
import { eventPath } from '#ui/shapes/event.ts'
import { statusTone } from '#ui/status.ts'
import { fitBesideBars } from './canvas.tsx'
import type { FlowNode } from './flow.ts'
import classes from './minimap.module.css'

function MapNode({ id, x, y, width, height }: MiniMapNodeProps) {
  const node = useInternalNode<FlowNode>(id)
  if (!node || node.type === 'step' || node.type === 'note') return null
  const { mark, problem } = node.data
  const tone = mark ? statusTone[mark.state] : problem === 'error' ? 'fail' : problem === 'warning' ? 'wait' : undefined
  if (node.type === 'event') return <path className={classes.event} d={eventPath(width, height)} transform={`translate(${x} ${y})`} />
  if (node.type === 'schedule') return <circle className={classes.source} cx={x + width / 2} cy={y + height / 2} r={width / 2} />
  return (
    <rect
      className={node.type === 'function' ? classes.frame : classes.source}
      data-tone={tone} x={x} y={y} width={width} height={height} rx={10}
    />
  )
}

export function CanvasMap() {
  const zoom = useStore((state) => state.transform[2])
  const { zoomIn, zoomOut, fitView, zoomTo, getNodes } = useReactFlow()
  return (
    <Panel position="top-right" className={classes.panel}>
      <MiniMap<FlowNode>
        className={classes.map} style={{ width: 112, height: 84 }} nodeComponent={MapNode} pannable zoomable
        bgColor="transparent" maskColor="color-mix(in srgb, var(--fw-canvas) 60%, transparent)" ariaLabel="Map of the drawing"
      />
      <div className={classes.zoom}>
        <Tooltip label="Zoom out"><ActionIcon variant="subtle" size={24} aria-label="Zoom out" onClick={() => void zoomOut({ duration: 120 })}><IconMinus size={14} stroke={1.7} /></ActionIcon></Tooltip>
        <button type="button" className={classes.percent} title="Zoom to 100 %" onClick={() => void zoomTo(1, { duration: 180 })}>{Math.round(zoom * 100)}%</button>
        <Tooltip label="Zoom in"><ActionIcon variant="subtle" size={24} aria-label="Zoom in" onClick={() => void zoomIn({ duration: 120 })}><IconPlus size={14} stroke={1.7} /></ActionIcon></Tooltip>
        <Tooltip label="Show everything"><ActionIcon variant="subtle" size={24} aria-label="Show everything" onClick={() => void fitView({ ...fitBesideBars(getNodes()), duration: 320 })}><IconMaximize size={14} stroke={1.7} /></ActionIcon></Tooltip>
      </div>
    </Panel>
  )
}
