'use client'
/** A path that is held over a node opens it, so that it can be dropped into a field of its panel. */
import { useEffect } from 'react'
import { useEditor } from '../context.ts'
import { tell } from '../commands/tell.ts'
import { carriesPath } from './drag-path.ts'

/** As long as a folder takes to open under a file that is held over it. */
const holdMs = 450

export function useOpenByDragging(): void {
  const { editor, viewOnly } = useEditor()
  useEffect(() => {
    if (viewOnly) return
    let over: string | null = null
    let timer: ReturnType<typeof setTimeout> | undefined
    const hold = (id: string | null): void => {
      if (id === over) return
      over = id
      clearTimeout(timer)
      if (id !== null) timer = setTimeout(() => editor.select([id]), holdMs)
    }
    const onOver = (event: DragEvent): void => {
      if (!carriesPath(event)) return
      const id = nodeUnder(event.target)
      hold(id)
      if (id === null || event.dataTransfer === null) return
      event.preventDefault()
      event.dataTransfer.dropEffect = 'copy'
    }
    const onDrop = (event: DragEvent): void => {
      hold(null)
      const id = carriesPath(event) ? nodeUnder(event.target) : null
      if (id === null) return
      event.preventDefault()
      editor.select([id])
      tell('dropped', 'Its fields are open. Drag it on into one of them, or choose it there under “Data you can use”.')
    }
    const onEnd = (): void => hold(null)
    window.document.addEventListener('dragover', onOver)
    window.document.addEventListener('drop', onDrop)
    window.document.addEventListener('dragend', onEnd)
    return () => {
      clearTimeout(timer)
      window.document.removeEventListener('dragover', onOver)
      window.document.removeEventListener('drop', onDrop)
      window.document.removeEventListener('dragend', onEnd)
    }
  }, [editor, viewOnly])
}

function nodeUnder(target: EventTarget | null): string | null {
  const node = target instanceof Element ? target.closest('[data-canvas] :is(.react-flow__node-step, .react-flow__node-function)') : null
  return node?.getAttribute('data-id') ?? null
}
