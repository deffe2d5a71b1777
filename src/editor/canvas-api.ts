'use client'
/** What other parts of the editor ask of the canvas: where a pointer is, and to bring something into view. */
import type { Position } from '#graph/document.ts'

/** Lists of places: what can be connected, where a step can go. */
export type TargetKind = 'connect' | 'move'

export interface CanvasApi {
  /** Canvas coordinates of a screen point; null when it is not over the canvas. */
  toCanvas(clientX: number, clientY: number): Position | null
  /** Middle of what is in view. */
  middle(): Position
  /** Where the pointer is; null when it is not over the canvas. */
  pointer(): Position | null
  reveal(ids: string[]): void
  /** Moves the view as little as it takes to see a node. */
  keepInView(id: string): void
  /** Moves the view as little as it takes to see a point. */
  showPoint(at: Position): void
  /** The list of what can come after a node, or between the two ends of a line. */
  openAdd(id: string): void
  /** The list of what a thing can be connected to, or of where a step can go. */
  openTargets(id: string, kind: TargetKind): void
  /** The search by name. */
  openSearch(): void
  fit(): void
  zoomTo(zoom: number): void
  zoomBy(direction: 'in' | 'out'): void
}

let current: CanvasApi | null = null

export const canvasApi = (): CanvasApi | null => current
export function setCanvasApi(api: CanvasApi | null): void {
  current = api
}
