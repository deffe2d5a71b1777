'use client'
/**
 * The drawing surface, set up once. It changes nothing by itself: what a person does is told
 * through the callbacks, and without them it only shows (run page, versions).
 */
import {
  Background, BackgroundVariant, ReactFlow, ReactFlowProvider, SelectionMode, useReactFlow, useStore, type ReactFlowProps, getNodesBounds, type FitViewOptions, type Node,
} from '@xyflow/react'
import '@xyflow/react/dist/style.css'
import { useCallback, useEffect, useRef, useState, type ReactNode, type RefObject } from 'react'
import type { GraphDocument } from '#graph/document.ts'
import { moving } from '#ui/calm.ts'
import { FrameRules } from './frame-rules.tsx'
import { LineLayer } from './edges/line-layer.tsx'
import { DerivedEdge, FeedEdge, OrderEdge, RibEdge } from './edges/lines.tsx'
import type { FlowEdge, FlowNode } from './flow.ts'
import { useKeptHandles } from './keep-handles.ts'
import { LeanContext } from './lean.ts'
import { noFacts, type CanvasFacts, type Overlay } from './marks.ts'
import { EventNodeView } from './nodes/event-node.tsx'
import { FunctionNodeView } from './nodes/function-node.tsx'
import { NoteNodeView, ScheduleNodeView, WebhookNodeView } from './nodes/source-nodes.tsx'
import { StepNodeView } from './nodes/step-node.tsx'
import { useSpaceHeld } from './space-held.ts'
import { useSteady } from './steady.ts'
import { useFlow } from './use-flow.ts'
import { usePinch } from './pinch.ts'
import classes from './canvas.module.css'

const nodeTypes = {
  event: EventNodeView, function: FunctionNodeView, step: StepNodeView,
  webhook: WebhookNodeView, schedule: ScheduleNodeView, note: NoteNodeView,
}
const edgeTypes = { rib: RibEdge, feed: FeedEdge, derived: DerivedEdge, order: OrderEdge }

const nothing: ReadonlySet<string> = new Set()
const zoomRange = { minZoom: 0.15, maxZoom: 2 }
const fitOptions = { padding: '24px', maxZoom: 1, minZoom: 0.2 } as const
const wideFrom = 2

/** What stands over a canvas, in pixels from its right and lower edge. */
export interface Covered {
  right: number
  bottom: number
}

/** Room for the bars and the map that float over the editor's canvas, and for a panel over it; a wide drawing passes below the bars. */
export function fitBesideBars(nodes: Node[], covered: Covered = { right: 0, bottom: 0 }): FitViewOptions {
  const { width, height } = getNodesBounds(nodes.filter((node) => node.parentId === undefined))
  const right = (width > height * wideFrom ? 36 : 144) + covered.right
  return { padding: { top: '64px', right: `${right}px`, bottom: `${32 + covered.bottom}px`, left: '36px' }, maxZoom: 1, minZoom: 0.2 }
}

export type FlowProps = ReactFlowProps<FlowNode, FlowEdge>

export interface CanvasProps {
  document: GraphDocument
  facts?: CanvasFacts
  /** States on nodes: a run, or what is live now. */
  overlay?: Overlay
  selected?: ReadonlySet<string>
  onSelect?: (id: string | null) => void
  /** Shown above the drawing: minimap, key, bars. */
  children?: ReactNode
}

/** A drawing to look at. */
export function Canvas(props: CanvasProps) {
  return <ReactFlowProvider><StillDrawing {...props} /></ReactFlowProvider>
}

function StillDrawing({ document, facts = noFacts, overlay, selected = nothing, onSelect, children }: CanvasProps) {
  const { flow, lean, flat } = useFlow({ document, facts, selected, editable: false, ...(overlay ? { overlay } : {}) })
  return (
    <Surface
      nodes={flow.nodes} edges={flow.edges} editable={false} lean={lean}
      flow={{
        onNodeClick: (_, node) => onSelect?.(node.id), onPaneClick: () => onSelect?.(null),
        nodesDraggable: false, nodesConnectable: false, elementsSelectable: false, nodesFocusable: onSelect !== undefined,
        preventScrolling: false, zoomOnScroll: false, panOnScroll: false,
      }}
    >
      {flat && <LineLayer still={flow.lines} selected={selected} overlay={overlay} />}
      <FitOnResize />
      {children}
    </Surface>
  )
}

export interface SurfaceProps {
  nodes: FlowNode[]
  edges: FlowEdge[]
  editable: boolean
  /** A large drawing: see lean.ts. */
  lean: boolean
  connecting?: boolean
  flow?: Partial<FlowProps>
  children?: ReactNode
}

/** React Flow with our nodes and lines. Needs a ReactFlowProvider above it. */
export function Surface({ nodes, edges, editable, lean, connecting = false, flow, children }: SurfaceProps) {
  const root = useRef<HTMLDivElement>(null)
  // An empty drawing keeps its view: fitting the first thing that is dropped would move it away.
  const [startsFull] = useState(nodes.length > 0)
  const handlers = useSteady({ ...flow, ...usePanning(root) })
  useKeptHandles()
  usePinch(root, zoomRange)
  const panning = useSpaceHeld(editable)
  return (
    <LeanContext value={lean}>
      <div
        ref={root} className={classes.canvas} data-testid="canvas" data-canvas
        data-editable={editable || undefined} data-connecting={connecting || undefined} data-panning={panning || undefined}
      >
        <ReactFlow<FlowNode, FlowEdge>
          nodes={nodes} edges={edges} nodeTypes={nodeTypes} edgeTypes={edgeTypes}
          aria-label="Drawing" fitView={startsFull} fitViewOptions={fitOptions} {...zoomRange}
          zIndexMode="manual" selectionMode={SelectionMode.Partial} deleteKeyCode={null}
          attributionPosition="bottom-left" nodeDragThreshold={3}
          onlyRenderVisibleElements={lean} panActivationKeyCode={null}
          {...handlers} {...(panning ? { panOnDrag: true } : {})}
        >
          <Background variant={BackgroundVariant.Dots} gap={16} size={1.2} color="var(--fw-dot)" bgColor="var(--fw-canvas)" />
          <ZoomLevel root={root} />
          {children}
        </ReactFlow>
        <FrameRules root={root} />
      <div className={classes.shield} aria-hidden="true" onContextMenu={(event) => event.preventDefault()} />
      </div>
    </LeanContext>
  )
}

/**
 * While the view is moved, the drawing is one layer that the browser shifts without painting it, and
 * a shield above spares it from looking for what is under the pointer. Zooming paints, to stay sharp.
 */
function usePanning(root: RefObject<HTMLDivElement | null>): Pick<FlowProps, 'onMoveStart' | 'onMove' | 'onMoveEnd'> {
  const zoom = useRef<number | null>(null)
  const mark = useCallback((value: 'scroll' | 'drag' | null): void => {
    const { current } = root
    if (current === null || (current.dataset.moving ?? null) === value) return
    if (value === null) delete current.dataset.moving
    else current.dataset.moving = value
  }, [root])
  // React Flow waits a moment before it calls a pan ended; a click may come sooner.
  useEffect(() => {
    const up = (): void => mark(null)
    window.addEventListener('pointerup', up)
    return () => window.removeEventListener('pointerup', up)
  }, [mark])
  return {
    onMoveStart: (_, viewport) => { zoom.current = viewport.zoom },
    onMove: (event, viewport) => {
      // Without an event it is the program that moves the view.
      if (event !== null) mark(viewport.zoom !== zoom.current ? null : event.type === 'wheel' ? 'scroll' : 'drag')
    },
    onMoveEnd: () => mark(null),
  }
}

type Level = 'near' | 'mid' | 'far'
const levelOf = (zoom: number): Level => (zoom >= 0.75 ? 'near' : zoom >= 0.45 ? 'mid' : 'far')

/** Puts the zoom level on the canvas, so that detail goes by CSS. */
function ZoomLevel({ root }: { root: React.RefObject<HTMLDivElement | null> }) {
  const zoom = useStore((state) => Math.round(state.transform[2] * 50) / 50)
  useEffect(() => {
    const element = root.current
    if (element === null) return
    element.dataset.zoom = levelOf(zoom)
    element.style.setProperty('--zoom', String(zoom))
  }, [root, zoom])
  return null
}

/** Keeps everything in view when the room for it changes, as on a tablet that is turned. */
function FitOnResize() {
  const { fitView } = useReactFlow()
  const room = useStore((state) => `${state.width} ${state.height}`)
  const fitted = useRef(room)
  useEffect(() => {
    // React Flow itself fits what it shows first, when it knows how much room there is.
    if (room !== fitted.current && !fitted.current.startsWith('0 ')) void fitView(fitOptions)
    fitted.current = room
  }, [room, fitView])
  return null
}

/** Brings everything into view once what is shown has changed to something else. */
export function FitOnChange({ on }: { on: unknown }) {
  const { fitView } = useReactFlow()
  const first = useRef(true)
  useEffect(() => {
    if (first.current) first.current = false
    else void fitView({ ...fitOptions, duration: moving(320) })
  }, [on, fitView])
  return null
}
