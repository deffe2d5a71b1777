'use client'
/** A path that is dragged from a list of data into a field. Spread `draggablePath(path)` on the row that shows it. */
import type { DragEvent } from 'react'

export const pathType = 'application/x-fanwise-path'
/** What is dragged has no path; its reason is told where it is dropped. */
const pathlessType = 'application/x-fanwise-pathless'

interface Draggable {
  draggable: true
  onDragStart(event: DragEvent): void
}

/** `path` as expressions write it: `steps.contact.body.id`. */
export function draggablePath(path: string): Draggable {
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

/** A value that no path leads to: it can be dragged like the others, and the field it is dropped on says why it stays out. */
export function draggableValue(why: string): Draggable {
  return {
    draggable: true,
    onDragStart: (event) => {
      event.stopPropagation()
      event.dataTransfer.setData(pathlessType, why)
      event.dataTransfer.effectAllowed = 'copy'
    },
  }
}

interface Carrier {
  dataTransfer: DataTransfer | null
}

export const carriesPath = (event: Carrier): boolean => event.dataTransfer?.types.some((type) => type === pathType || type === pathlessType) === true

export function droppedPath(event: Carrier): { path: string } | { why: string } {
  const why = event.dataTransfer?.getData(pathlessType) ?? ''
  return why === '' ? { path: event.dataTransfer?.getData(pathType) ?? '' } : { why }
}
