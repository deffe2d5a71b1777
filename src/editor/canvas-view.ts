'use client'
/** What the view of the canvas does by itself: following what is added or walked to, and what other parts ask of it. */
import { getViewportForBounds, useReactFlow } from '@xyflow/react'
import { useCallback, useEffect, useRef } from 'react'
import { useStore } from 'zustand'
import { fitBesideBars, type Covered } from '#canvas/canvas.tsx'
import type { FlowEdge, FlowNode } from '#canvas/flow.ts'
import { flatBelow } from '#canvas/lean.ts'
import { boundsOf, layScene, shownAs, type Bounds } from '#canvas/scene.ts'
import { isLarge } from '#canvas/use-flow.ts'
import type { Position } from '#graph/document.ts'
import { moving } from '#ui/calm.ts'
import { setCanvasApi, type TargetKind } from './canvas-api.ts'
import { openAdd } from './commands/command-search.tsx'
import { commentsUi } from './comments/comments-ui.ts'
import { useEditor, useEditorState } from './context.ts'
import { useSettled } from './settled.ts'

/** Room that stays around what was brought into view: above it are the bars. */
const around = { left: 24, right: 32, top: 60, bottom: 32 }

/** Moves the view as little as it takes to see a part of the canvas. */
function useBringIntoView(): (part: Bounds) => void {
  const { getViewport, setViewport } = useReactFlow()
  return useCallback((part) => {
    const rect = seenPart()
    if (rect === null) return
    const { x, y, zoom } = getViewport()
    const shift = (low: number, high: number, room: number, before: number, after: number): number =>
      high > room - after ? Math.max(room - after - high, before - low) : low < before ? before - low : 0
    const left = part.x * zoom + x
    const top = part.y * zoom + y
    const dx = shift(left, left + part.w * zoom, rect.width, around.left, around.right)
    const dy = shift(top, top + part.h * zoom, rect.height, around.top, around.bottom)
    if (dx !== 0 || dy !== 0) void setViewport({ x: x + dx, y: y + dy, zoom }, { duration: moving(180) })
  }, [getViewport, setViewport])
}

/** Moves the view as little as it takes to see a node. */
function useKeepInView(): (id: string) => void {
  const { editor } = useEditor()
  const { getViewport } = useReactFlow()
  const reveal = useReveal()
  const bring = useBringIntoView()
  return useCallback((id) => {
    const { document } = editor.store.getState()
    const scene = layScene(document)
    const box = scene.boxes.get(shownAs(scene, document, id))
    if (box === undefined) return
    // A speck cannot have the focus.
    if (box.node.type === 'step' && getViewport().zoom < flatBelow && isLarge(document)) reveal([id])
    else bring(box)
  }, [editor, getViewport, bring, reveal])
}

/** Brings things into the middle, at a size that can be read. */
function useReveal(): (ids: string[]) => void {
  const { editor } = useEditor()
  const { setViewport } = useReactFlow()
  return useCallback((ids) => {
    const { document } = editor.store.getState()
    const scene = layScene(document)
    const bounds = boundsOf(ids.flatMap((id) => scene.boxes.get(shownAs(scene, document, id)) ?? []))
    const rect = seenPart()
    if (bounds === null || rect === null) return
    const viewport = getViewportForBounds({ x: bounds.x, y: bounds.y, width: bounds.w, height: bounds.h }, rect.width, rect.height, 0.5, 1, 0.3)
    void setViewport(viewport, { duration: moving(320) })
  }, [editor, setViewport])
}

/** What the panel covers where the screen is narrow: from the right, or from below. */
function covered(): Covered {
  const rect = canvasElement()?.getBoundingClientRect()
  const cover = window.document.querySelector('[data-covers-canvas]')?.getBoundingClientRect()
  if (rect === undefined || cover === undefined) return { right: 0, bottom: 0 }
  return cover.left <= rect.left ? { right: 0, bottom: rect.bottom - cover.top } : { right: rect.right - cover.left, bottom: 0 }
}

/** The canvas without it. */
function seenPart(): { width: number; height: number } | null {
  const rect = canvasElement()?.getBoundingClientRect()
  if (rect === undefined) return null
  const { right, bottom } = covered()
  return { width: rect.width - right, height: rect.height - bottom }
}

const canvasElement = (): HTMLElement | null => window.document.querySelector('[data-testid="canvas"] .react-flow')

/** Where the pointer last was over the canvas, in pixels of the screen. */
function usePointer() {
  const last = useRef<Position | null>(null)
  useEffect(() => {
    const onMove = ({ target, clientX, clientY }: PointerEvent): void => {
      last.current = target instanceof Element && target.closest('[data-canvas] .react-flow__renderer, [data-over-canvas]') ? { x: clientX, y: clientY } : null
    }
    window.addEventListener('pointermove', onMove, { passive: true })
    return () => window.removeEventListener('pointermove', onMove)
  }, [])
  return last
}

/** What is selected, or commented on, stays in sight when the panel opens over it. */
function useUncovered(keepInView: (id: string) => void, showPoint: (at: Position) => void): void {
  const selected = useSettled(useEditorState((state) => state.selected))
  const draft = useStore(commentsUi, (state) => state.draft)
  useEffect(() => {
    const [id] = selected
    if (selected.size === 1 && id !== undefined && window.document.querySelector('[data-covers-canvas]') !== null) keepInView(id)
  }, [selected, keepInView])
  useEffect(() => {
    if (draft !== null) showPoint(draft)
  }, [draft, showPoint])
}

/** Keeps what was just added in view, and lets palette, problems and commands reach the canvas. */
export function useCanvasView(openFor: (id: string) => void, openTargets: (id: string, kind: TargetKind) => void): void {
  const keepInView = useKeepInView()
  const fresh = useEditorState((state) => state.fresh)
  useEffect(() => {
    if (fresh !== null) keepInView(fresh)
  }, [fresh, keepInView])
  const bring = useBringIntoView()
  const showPoint = useCallback(({ x, y }: Position) => bring({ x, y, w: 0, h: 0 }), [bring])
  useUncovered(keepInView, showPoint)
  useCanvasApi({ openFor, openTargets, keepInView, showPoint })
}

interface Ways {
  openFor: (id: string) => void
  openTargets: (id: string, kind: TargetKind) => void
  keepInView: (id: string) => void
  showPoint: (at: Position) => void
}

function useCanvasApi({ openFor, openTargets, keepInView, showPoint }: Ways): void {
  const pointer = usePointer()
  const reveal = useReveal()
  const { screenToFlowPosition, fitView, getNodes, zoomTo, zoomIn, zoomOut } = useReactFlow<FlowNode, FlowEdge>()
  useEffect(() => {
    setCanvasApi({
      toCanvas: (clientX, clientY) => {
        const rect = canvasElement()?.getBoundingClientRect()
        const top = window.document.elementFromPoint(clientX, clientY)
        if (!rect || !top?.closest('[data-testid="canvas"]')) return null
        return screenToFlowPosition({ x: clientX, y: clientY }, { snapToGrid: false })
      },
      middle: () => {
        const rect = canvasElement()?.getBoundingClientRect()
        return rect ? screenToFlowPosition({ x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 }) : { x: 0, y: 0 }
      },
      pointer: () => pointer.current && screenToFlowPosition(pointer.current, { snapToGrid: false }),
      keepInView,
      showPoint,
      openAdd: openFor,
      openTargets,
      openSearch: openAdd,
      reveal,
      fit: () => void fitView({ ...fitBesideBars(getNodes(), covered()), duration: moving(320) }),
      zoomTo: (zoom) => void zoomTo(zoom, { duration: moving(180) }),
      zoomBy: (direction) => void (direction === 'in' ? zoomIn({ duration: moving(120) }) : zoomOut({ duration: moving(120) })),
    })
    return () => setCanvasApi(null)
  }, [screenToFlowPosition, fitView, getNodes, zoomTo, zoomIn, zoomOut, openFor, openTargets, keepInView, showPoint, reveal, pointer])
}
