'use client'
/** Where you are: events solid, functions in wall colour; with zoom controls under it. A few paths, whatever the size of the drawing. */
import { Panel, useReactFlow, useStore, useStoreApi, type ReactFlowState } from '@xyflow/react'
import { ActionIcon, Tooltip } from '@mantine/core'
import { IconMaximize, IconMinus, IconPlus } from '@tabler/icons-react'
import { memo, useDeferredValue, useMemo, useRef } from 'react'
import { shallow } from 'zustand/shallow'
import { moving } from '#ui/calm.ts'
import { statusTone } from '#ui/status.ts'
import { fitBesideBars } from './canvas.tsx'
import type { FlowNode } from './flow.ts'
import classes from './minimap.module.css'

const size = { w: 112, h: 84 }

interface Shapes {
  paths: { key: string; kind: 'event' | 'source' | 'frame'; tone: string | undefined; d: string }[]
  bounds: Rect
}

interface Rect {
  x: number
  y: number
  w: number
  h: number
}

/** One path for all things that look alike. */
function shapesOf(nodes: readonly FlowNode[]): Shapes {
  const looks = new Map<string, { kind: 'event' | 'source' | 'frame'; tone: string | undefined; d: string[] }>()
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const node of nodes) {
    if (node.type === 'step' || node.type === 'note') continue
    const { x, y } = node.position
    const [w, h] = [node.width ?? 0, node.height ?? 0]
    left = Math.min(left, x)
    top = Math.min(top, y)
    right = Math.max(right, x + w)
    bottom = Math.max(bottom, y + h)
    const { mark, problem } = node.data
    const tone = mark ? statusTone[mark.state] : problem === 'error' ? 'fail' : problem === 'warning' ? 'wait' : undefined
    const kind = node.type === 'event' ? 'event' : node.type === 'function' ? 'frame' : 'source'
    const key = `${kind} ${tone ?? ''}`
    let look = looks.get(key)
    if (look === undefined) looks.set(key, (look = { kind, tone, d: [] }))
    look.d.push(kind === 'event' ? `M${x} ${y}h${w - h * 0.3}q${h * 0.6} ${h / 2} 0 ${h}h${h * 0.3 - w}Z` : `M${x} ${y}h${w}v${h}h${-w}Z`)
  }
  const bounds = left === Infinity ? { x: 0, y: 0, w: 1, h: 1 } : { x: left, y: top, w: right - left, h: bottom - top }
  return { paths: [...looks].map(([key, { kind, tone, d }]) => ({ key, kind, tone, d: d.join('') })), bounds }
}

const Drawing = memo(function Drawing({ paths }: { paths: Shapes['paths'] }) {
  return paths.map(({ key, kind, tone, d }) => <path key={key} className={classes[kind]} data-tone={tone} d={d} />)
})

const viewOf = ({ transform: [x, y, zoom], width, height }: ReactFlowState): Rect => ({ x: -x / zoom, y: -y / zoom, w: width / zoom, h: height / zoom })

function MapDrawing() {
  const store = useStoreApi()
  const { setCenter, getZoom, zoomTo } = useReactFlow()
  const nodes = useDeferredValue(useStore((state) => state.nodes as FlowNode[]))
  const { paths, bounds } = useMemo(() => shapesOf(nodes), [nodes])
  const view = useStore(viewOf, shallow)
  const svg = useRef<SVGSVGElement>(null)
  const x = Math.min(bounds.x, view.x)
  const y = Math.min(bounds.y, view.y)
  const w = Math.max(bounds.x + bounds.w, view.x + view.w) - x
  const h = Math.max(bounds.y + bounds.h, view.y + view.h) - y
  const scale = Math.max(w / size.w, h / size.h) * 1.1
  const box: Rect = { x: x - (scale * size.w - w) / 2, y: y - (scale * size.h - h) / 2, w: scale * size.w, h: scale * size.h }
  const go = (event: React.PointerEvent): void => {
    const rect = svg.current!.getBoundingClientRect()
    void setCenter(box.x + (event.clientX - rect.x) * scale, box.y + (event.clientY - rect.y) * scale, { zoom: getZoom() })
  }
  return (
    <svg
      ref={svg} className={classes.map} width={size.w} height={size.h} viewBox={`${box.x} ${box.y} ${box.w} ${box.h}`} role="img" aria-label="Map of the drawing"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        go(event)
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) go(event)
      }}
      onWheel={(event) => void zoomTo(store.getState().transform[2] * 2 ** (-event.deltaY / 300))}
    >
      <Drawing paths={paths} />
      <path
        className={classes.away} fillRule="evenodd"
        d={`M${box.x} ${box.y}h${box.w}v${box.h}h${-box.w}ZM${view.x} ${view.y}h${view.w}v${view.h}h${-view.w}Z`}
      />
    </svg>
  )
}

function Percent() {
  const percent = useStore((state) => Math.round(state.transform[2] * 100))
  const { zoomTo } = useReactFlow()
  return <button type="button" className={classes.percent} title="Zoom to 100 %" onClick={() => void zoomTo(1, { duration: moving(180) })}>{percent}%</button>
}

/** `bare`: the zoom controls alone, beside the bar, where the map would cover too much. */
export function CanvasMap({ bare = false }: { bare?: boolean }) {
  const { zoomIn, zoomOut, fitView, getNodes } = useReactFlow()
  return (
    <Panel position={bare ? 'top-left' : 'top-right'} className={classes.panel} data-bare={bare || undefined}>
      {!bare && <MapDrawing />}
      <div className={classes.zoom}>
        <Tooltip label="Zoom out"><ActionIcon variant="subtle" size={24} aria-label="Zoom out" onClick={() => void zoomOut({ duration: moving(120) })}><IconMinus size={14} stroke={1.7} /></ActionIcon></Tooltip>
        <Percent />
        <Tooltip label="Zoom in"><ActionIcon variant="subtle" size={24} aria-label="Zoom in" onClick={() => void zoomIn({ duration: moving(120) })}><IconPlus size={14} stroke={1.7} /></ActionIcon></Tooltip>
        <Tooltip label="Show everything"><ActionIcon variant="subtle" size={24} aria-label="Show everything" onClick={() => void fitView({ ...fitBesideBars(getNodes()), duration: moving(320) })}><IconMaximize size={14} stroke={1.7} /></ActionIcon></Tooltip>
      </div>
    </Panel>
  )
}
