'use client'
/** Moving by pointer: things follow it, line up with what is near, and one edit is made when they are let go. */
import { useStoreApi, type NodeChange } from '@xyflow/react'
import { useEffect, useMemo, useRef, useState } from 'react'
import { nodeTitle } from '#canvas/describe.ts'
import type { Flow, FlowEdge, FlowNode } from '#canvas/flow.ts'
import { align, guideBoxes, type Guide } from '#canvas/guides.ts'
import { withoutLines } from '#canvas/edges/line-layer.tsx'
import type { Line } from '#canvas/lines.ts'
import { moveFlow, reachOf } from '#canvas/moving.ts'
import { layScene } from '#canvas/scene.ts'
import type { GraphDocument, Position } from '#graph/document.ts'
import { moveNodes, resizeNode } from '#graph/edit/move.ts'
import type { DerivedLink } from '#graph/links.ts'
import { roundTo, snap } from '#graph/sizes.ts'
import { selectionName } from './commands/selection-name.ts'
import { tell } from './commands/tell.ts'
import { useEditor, useEditorState } from './context.ts'
import { dropNodes, dropWords, whereWords } from './drop.ts'
import { MarkedText } from './form/marked-text.tsx'
import { setGesture } from './settled.ts'

/** How near, on the screen, things must be to line up. */
const reach = 6

type Positions = Record<string, Position>

/** Where things land for where the pointer has them: lined up with others, else on the grid. All move by the same distance. */
export function settle(boxes: ReturnType<typeof guideBoxes>, start: Positions, wanted: Positions, zoom: number, free: boolean): { positions: Positions; guides: Guide[] } {
  const [first] = Object.keys(wanted)
  if (first === undefined) return { positions: wanted, guides: [] }
  const by = { x: wanted[first]!.x - start[first]!.x, y: wanted[first]!.y - start[first]!.y }
  const aligned = boxes === null || free ? { dx: 0, dy: 0, guides: [] as Guide[] } : align({ ...boxes.moving, x: boxes.moving.x + by.x, y: boxes.moving.y + by.y }, boxes.others, reach / zoom)
  const held = (axis: Guide['axis']): boolean => aligned.guides.some((guide) => guide.axis === axis)
  const onGrid = (axis: 'x' | 'y'): number => roundTo(wanted[first]![axis], snap) - wanted[first]![axis]
  const dx = held('x') ? aligned.dx : onGrid('x')
  const dy = held('y') ? aligned.dy : onGrid('y')
  const positions: Positions = {}
  for (const [id, at] of Object.entries(wanted)) positions[id] = { x: Math.round(at.x + dx), y: Math.round(at.y + dy) }
  return { positions, guides: aligned.guides }
}

export function useMoving() {
  const { editor, place } = useEditor()
  const flow = useStoreApi()
  const active = useRef(false)
  const free = useFreeHand()
  const begun = useRef<{ boxes: ReturnType<typeof guideBoxes>; ids: string; start: Positions } | null>(null)
  const [guides, setGuides] = useState<Guide[]>([])

  const follow = (wanted: Positions): void => {
    const { document } = editor.store.getState()
    const ids = Object.keys(wanted)
    if (begun.current === null || begun.current.ids !== ids.join('\n')) {
      const start = Object.fromEntries(ids.flatMap((id) => (document.nodes[id] ? [[id, document.nodes[id].position]] : [])))
      begun.current = { boxes: guideBoxes(layScene(document), ids), ids: ids.join('\n'), start }
    }
    const { boxes, start } = begun.current
    const settled = settle(boxes, start, wanted, flow.getState().transform[2], free.current)
    setGuides((before) => (before.length === 0 && settled.guides.length === 0 ? before : settled.guides))
    editor.set({ drag: settled.positions })
  }

  return {
    guides,
    start: () => {
      active.current = true
      begun.current = null
      setGesture(true)
    },
    stop: () => {
      active.current = false
      setGesture(false)
      setGuides([])
      const { drag, document } = editor.store.getState()
      editor.set({ drag: null })
      if (drag === null) return
      editor.edit(`Move ${selectionName(document, Object.keys(drag))}${whereWords(document, drag)}`, (before) => dropNodes(before, drag, { snap: false, ...(place.taken ? { taken: place.taken } : {}) }))
      const words = dropWords(document, editor.store.getState().document, Object.keys(drag))
      if (words !== null) tell('dropped', <MarkedText text={words} />, 7000)
    },
    /** A corner is dragged. */
    onSizes: (changes: NodeChange<FlowNode>[]) => {
      for (const change of changes) {
        if (change.type !== 'dimensions' || change.resizing === undefined) continue
        const { id, dimensions, resizing } = change
        const node = editor.store.getState().document.nodes[id]
        if (node && dimensions) editor.edit(`Resize ${nodeTitle(node)}`, (before) => resizeNode(before, id, { w: dimensions.width, h: dimensions.height }), { group: `resize ${id}` })
        if (!resizing) editor.closeGesture()
      }
    },
    onChanges: (changes: NodeChange<FlowNode>[]) => {
      const positions: Positions = {}
      for (const change of changes) if (change.type === 'position' && change.position) positions[change.id] = change.position
      const ids = Object.keys(positions)
      if (ids.length === 0) return
      if (active.current) follow(positions)
      else editor.edit(`Move ${selectionName(editor.store.getState().document, ids)}`, (before) => moveNodes(before, positions), { group: `nudge ${ids.join()}` })
    },
  }
}

/** Alt or Ctrl is held: nothing lines up. */
function useFreeHand(): React.RefObject<boolean> {
  const free = useRef(false)
  useEffect(() => {
    const look = ({ altKey, ctrlKey }: PointerEvent): void => {
      free.current = altKey || ctrlKey
    }
    window.addEventListener('pointermove', look, { capture: true, passive: true })
    return () => window.removeEventListener('pointermove', look, { capture: true })
  }, [])
  return free
}

interface Shown {
  nodes: FlowNode[]
  edges: FlowEdge[]
  /** Lines that follow what is dragged, drawn beside React Flow's. */
  moving: Line[] | undefined
  /** Ids of them. */
  away: ReadonlySet<string>
}

const none: ReadonlySet<string> = new Set()

/** The drawing with what is under the pointer at its momentary place. The document changes when it is let go. */
export function useDragged(flow: Flow, document: GraphDocument, links: DerivedLink[]): Shown {
  const drag = useEditorState((state) => state.drag)
  const ids = drag === null ? '' : Object.keys(drag).join('\n')
  const range = useMemo(() => (ids === '' ? null : reachOf(flow, document, links, ids.split('\n'))), [flow, document, links, ids])
  const edges = useMemo(() => withoutLines(flow.edges, range?.lines ?? none), [flow, range])
  const moved = useMemo(() => (range === null || drag === null ? null : moveFlow(flow, document, range, drag)), [flow, document, range, drag])
  return { nodes: moved?.nodes ?? flow.nodes, edges, moving: moved?.lines, away: range?.lines ?? none }
}
