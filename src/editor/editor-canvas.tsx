'use client'
/** The canvas with hands: dragging, connecting, dropping, selecting. Every gesture ends in one edit. */
import { useMediaQuery } from '@mantine/hooks'
import { useReactFlow, type FinalConnectionState, type OnConnectStartParams } from '@xyflow/react'
import { useCallback, useMemo, useRef, useState, type ReactNode } from 'react'
import { fitBesideBars, Surface } from '#canvas/canvas.tsx'
import { nodeTitle } from '#canvas/describe.ts'
import { LineLayer } from '#canvas/edges/line-layer.tsx'
import { GuideLines } from '#canvas/guide-lines.tsx'
import type { FlowNode } from '#canvas/flow.ts'
import type { CanvasFacts, Overlay } from '#canvas/marks.ts'
import { useFlow } from '#canvas/use-flow.ts'
import { boxAt, layScene } from '#canvas/scene.ts'
import type { Position } from '#graph/document.ts'
import { addEvent } from '#graph/edit/add-node.ts'
import { connect } from '#graph/edit/connect.ts'
import { inletY } from '#graph/sizes.ts'
import { AddMenu, type AddRequest } from './add-menu.tsx'
import { useCanvasView } from './canvas-view.ts'
import { toggleCollapsed } from './commands/collapse-commands.ts'
import { focusPanel } from './commands/focus.ts'
import { tell } from './commands/tell.ts'
import { ShortcutsSheet } from './commands/shortcuts-sheet.tsx'
import { useEditor, useEditorState } from './context.ts'
import { MarkedText } from './form/marked-text.tsx'
import { useOpenByDragging } from './form/open-by-dragging.ts'
import { useDragged, useMoving } from './dragging.tsx'
import { DropHint } from './drop-hint.tsx'
import { Announcer } from './announcer.tsx'
import { useOpenAtNode } from './open-at-node.ts'
import { picking, usePicking } from './picking.tsx'
import { hangFunction } from './place.ts'
import { setGesture } from './settled.ts'
import { TargetMenu, useTargetMenu } from './target-menu.tsx'

/** Middle and right. */
const panButtons = [1, 2]
const addingKeys = ['Shift', 'Meta', 'Control']

export function EditorCanvas({ facts, overlay, children }: { facts: CanvasFacts; overlay?: Overlay | undefined; children?: ReactNode }) {
  const { editor, viewOnly } = useEditor()
  const document = useEditorState((state) => state.document)
  const selected = useEditorState((state) => state.selected)
  const { flow, links, lean, flat } = useFlow({ document, facts, selected, editable: !viewOnly, ...(overlay ? { overlay } : {}) })
  const shown = useDragged(flow, document, links)
  const still = useMemo(() => (flat ? flow.lines.filter((line) => !shown.away.has(line.id)) : undefined), [flat, flow, shown.away])
  const moving = useMoving()
  // A finger on empty canvas pans, as on every map; a mouse draws a selection box.
  const byFinger = useMediaQuery('(pointer: coarse)', false, { getInitialValueInEffect: false })
  const connecting = useConnecting()
  const [firstView] = useState(() => fitBesideBars(flow.nodes))
  const targets = useTargetMenu()
  useCanvasView(connecting.openFor, targets.open)
  useOpenAtNode()
  useOpenByDragging()
  const selecting = useSelecting()
  const pickingOn = usePicking()
  return (
    <>
      <Surface
        nodes={shown.nodes} edges={shown.edges} editable={!viewOnly} lean={lean} connecting={connecting.active}
        flow={{
          onNodesChange: (changes) => {
            selecting.onSelect(changes)
            moving.onChanges(changes)
            moving.onSizes(changes)
          },
          onEdgesChange: selecting.onSelect,
          onNodeDragStart: moving.start, onNodeDragStop: moving.stop,
          onSelectionDragStart: moving.start, onSelectionDragStop: moving.stop,
          onConnectStart: connecting.start, onConnectEnd: connecting.end,
          onSelectionStart: selecting.start, onSelectionEnd: selecting.end,
          onPaneClick: () => editor.select([]),
          onEdgeClick: (event, edge) => {
            if (edge.type === 'derived') editor.select([edge.target])
            else if ((event.target as Element).closest('[data-insert]')) connecting.openFor(edge.id)
          },
          onNodeClick: (event, node) => {
            if ((event.target as Element).closest('[data-fold]')) toggleCollapsed(editor, [node.id])
            else if (!connecting.onRing(event, node)) {
              // One of several that are selected: a click is about it alone.
              if (!pickingOn && !event.shiftKey && !event.metaKey && !event.ctrlKey && editor.store.getState().selected.has(node.id)) editor.select([node.id])
              selecting.onTap(node)
            }
          },
          onNodeDoubleClick: (event, node) => {
            if (viewOnly || (event.target as Element).closest('[data-fold], .react-flow__handle')) return
            if (node.type === 'function') toggleCollapsed(editor, [node.id])
            else focusPanel({ select: node.type !== 'note' })
          },
          disableKeyboardA11y: true, connectOnClick: false,
          onDoubleClick: connecting.openAt,
          nodesDraggable: !viewOnly, nodesConnectable: !viewOnly, zoomOnDoubleClick: false,
          panOnScroll: !viewOnly, selectionOnDrag: !viewOnly && (!byFinger || pickingOn), panOnDrag: viewOnly ? true : pickingOn ? false : byFinger ? true : panButtons,
          ...(viewOnly ? {} : { fitViewOptions: firstView }),
          multiSelectionKeyCode: addingKeys, selectionKeyCode: null, connectionRadius: 24,
        }}
      >
        <LineLayer moving={shown.moving} still={still} selected={selected} overlay={overlay} />
        <GuideLines guides={moving.guides} />
        <DropHint />
        {children}
      </Surface>
      <Announcer />
      <ShortcutsSheet />
      <AddMenu request={connecting.menu} onClose={connecting.closeMenu} />
      <TargetMenu request={targets.request} onClose={targets.close} />
    </>
  )
}

/** What React Flow tells of what is selected. While several are picked by touch, nothing is let go but what is tapped again. */
function useSelecting() {
  const { editor } = useEditor()
  /** What was selected when a box was begun. */
  const before = useRef<ReadonlySet<string> | null>(null)
  return {
    onSelect: useCallback((changes: { type: string; id?: string; selected?: boolean }[]) => {
      const picks = changes.filter((change) => change.type === 'select')
      if (picks.length === 0) return
      const { selected } = editor.store.getState()
      const next = new Set(selected)
      for (const { id, selected: on } of picks) {
        if (on) next.add(id as string)
        else next.delete(id as string)
      }
      editor.select(picking.getState().on ? new Set([...(before.current ?? selected), ...next]) : next)
    }, [editor]),
    start: () => {
      before.current = editor.store.getState().selected
      setGesture(true)
    },
    end: () => {
      before.current = null
      setGesture(false)
    },
    onTap: (node: FlowNode) => {
      if (!picking.getState().on || node.selected !== true) return
      const next = new Set(editor.store.getState().selected)
      next.delete(node.id)
      editor.select(next)
    },
  }
}

/** The list of what can be added, beside a node or a line. */
function useListBeside(open: (request: AddRequest) => void): (id: string, port?: string) => void {
  const { editor } = useEditor()
  const { flowToScreenPosition } = useReactFlow()
  return useCallback((id, port) => {
    const { document } = editor.store.getState()
    const node = document.nodes[id]
    const edge = document.edges[id]
    const box = layScene(document).boxes.get(edge?.type === 'order' ? edge.target : id)
    if (box === undefined) return
    const point = edge ? { x: box.x - 10, y: box.y + box.h / 2 } : { x: box.x + box.w, y: box.y + box.h / 2 }
    const screen = flowToScreenPosition(point)
    const at = { clientX: screen.x, clientY: screen.y, point }
    if (edge?.type === 'order') open({ ...at, between: id })
    else if (node?.type === 'step') open({ ...at, after: { stepId: id, port } })
    else if (node?.type === 'function') open({ ...at, inside: id })
    else {
      // A webhook sends one event; what reacts hangs on that.
      const sent = Object.values(document.edges).find((one) => node?.type === 'webhook' && one.source === id)?.target
      const source = sent === undefined ? node : document.nodes[sent]
      open(source?.type === 'event' || source?.type === 'schedule' ? { ...at, reactsTo: source.id } : { ...at, point: { x: point.x + 160, y: point.y } })
    }
  }, [editor, flowToScreenPosition, open])
}

function useConnecting() {
  const { editor, place, viewOnly } = useEditor()
  const { screenToFlowPosition } = useReactFlow()
  const from = useRef<OnConnectStartParams | null>(null)
  const [active, setActive] = useState(false)
  const [menu, setMenu] = useState<AddRequest | null>(null)
  const refuse = (message: string): void => {
    tell('connect-refused', <MarkedText text={message} />)
  }

  const join = (startId: string, startHandle: string | null, reversed: boolean, endId: string): void => {
    const { document } = editor.store.getState()
    const source = reversed ? endId : startId
    const target = reversed ? startId : endId
    const port = !reversed && document.nodes[source]?.type === 'step' && startHandle ? { port: startHandle } : {}
    const joined = connect(document, { source, target, ...port })
    if ('refused' in joined) return refuse(joined.refused)
    const [a, b] = [source, target].map((id) => document.nodes[id])
    editor.edit(`Connect ${a ? nodeTitle(a) : ''} to ${b ? nodeTitle(b) : ''}`, () => joined.document)
  }

  const dropOnNothing = (startId: string, startHandle: string | null, reversed: boolean, point: Position, event: MouseEvent | Touch): void => {
    const { document } = editor.store.getState()
    const node = document.nodes[startId]
    if (node === undefined) return
    if (reversed && node.type === 'function') {
      const added = addEvent(document, { position: { x: point.x - 140, y: point.y - 31 } })
      const joined = connect(added.document, { source: added.id, target: startId })
      if ('document' in joined) editor.edit('Add event', () => joined.document, { select: [added.id], fresh: added.id })
    } else if (!reversed && (node.type === 'event' || node.type === 'schedule')) {
      const added = hangFunction(document, startId, place, { x: point.x, y: point.y - inletY })
      editor.edit('Add function', () => added.document, { select: [added.id], fresh: added.id })
    } else if (!reversed && node.type === 'webhook') {
      const added = addEvent(document, { position: { x: point.x, y: point.y - 31 } })
      const joined = connect(added.document, { source: startId, target: added.id })
      if ('document' in joined) editor.edit('Add event', () => joined.document, { select: [added.id], fresh: added.id })
      else refuse(joined.refused)
    } else if (!reversed && node.type === 'step') {
      setMenu({ clientX: event.clientX, clientY: event.clientY, point, after: { stepId: startId, port: startHandle ?? undefined } })
    }
  }

  const openFor = useListBeside(setMenu)

  return {
    active,
    menu,
    closeMenu: () => setMenu(null),
    start: (_: unknown, params: OnConnectStartParams) => {
      from.current = params
      setActive(true)
    },
    end: (event: MouseEvent | TouchEvent, state: FinalConnectionState) => {
      setActive(false)
      const { nodeId, handleId, handleType } = from.current ?? {}
      from.current = null
      if (!nodeId) return
      const pointer = 'changedTouches' in event ? event.changedTouches[0] : event
      if (pointer === undefined) return
      const point = screenToFlowPosition({ x: pointer.clientX, y: pointer.clientY })
      const { document } = editor.store.getState()
      const scene = layScene(document)
      const under = boxAt(scene, point, { notes: false })
      const start = document.nodes[nodeId]
      const ownFrame = start?.type === 'step' && under?.id === start.parent
      const hit = (under && !ownFrame && under.id !== nodeId ? under.id : null) ?? state.toHandle?.nodeId ?? null
      const reversed = handleType === 'target'
      if (hit !== null && hit !== nodeId) join(nodeId, handleId ?? null, reversed, hit)
      else if (under?.id !== nodeId) dropOnNothing(nodeId, handleId ?? null, reversed, point, pointer)
    },
    /** A ring that is clicked, not dragged, adds what comes next. Answers whether it was a ring. */
    onRing: (event: React.MouseEvent, node: FlowNode): boolean => {
      const ring = (event.target as Element).closest('.react-flow__handle.source')
      if (ring === null || viewOnly) return false
      const port = ring.getAttribute('data-handleid')
      if (node.type === 'step') openFor(node.id, port ?? undefined)
      else {
        const at = layScene(editor.store.getState().document).boxes.get(node.id)
        if (at) dropOnNothing(node.id, port, false, { x: at.x + at.w + 96, y: at.y + at.h / 2 }, event.nativeEvent)
      }
      return true
    },
    openFor,
    openAt: (event: React.MouseEvent) => {
      if (!(event.target as Element).classList.contains('react-flow__pane')) return
      setMenu({ clientX: event.clientX, clientY: event.clientY, point: screenToFlowPosition({ x: event.clientX, y: event.clientY }) })
    },
  }
}
