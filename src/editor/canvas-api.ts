'use client'
/** What other parts of the editor ask of the canvas: where a pointer is, and to bring something into view. */
import type { Position } from '#graph/document.ts'

export interface CanvasApi {
  /** Canvas coordinates of a screen point; null when it is not over the canvas. */
  toCanvas(clientX: number, clientY: number): Position | null
  /** Middle of what is in view. */
  middle(): Position
  reveal(ids: string[]): void
  fit(): void
  zoomTo(zoom: number): void
  zoomBy(direction: 'in' | 'out'): void
}

let current: CanvasApi | null = null

export const canvasApi = (): CanvasApi | null => current
export function setCanvasApi(api: CanvasApi | null): void {
  current = api
}
