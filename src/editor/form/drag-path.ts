'use client'
/** A path that is dragged from a list of data into a field. Spread `draggablePath(path)` on the row that shows it. */
import type { DragEvent } from 'react'

export const pathType = 'application/x-fanwise-path'

/** `path` as expressions write it: `steps.contact.body.id`. */
export function draggablePath(path: string): { draggable: true; onDragStart(event: DragEvent): void } {
  return {
    draggable: true,
    onDragStart: (event) => {
      event.stopPropagation()
      event.dataTransfer.setData(pathType, path)
      // For whatever is not one of our fields.
      event.dataTransfer.setData('text/plain', path)
      event.dataTransfer.effectAllowed = 'copy'
    },
  }
}

export const carriesPath = (event: { dataTransfer: DataTransfer | null }): boolean => event.dataTransfer?.types.includes(pathType) === true

export const droppedPath = (event: { dataTransfer: DataTransfer | null }): string => event.dataTransfer?.getData(pathType) ?? ''
