'use client'
/** `?node=<id>` in the address of a workflow: that node is selected and in view. Comments, other workflows and mails link so. */
import { useSearchParams } from 'next/navigation'
import { useEffect } from 'react'
import { canvasApi } from './canvas-api.ts'
import { useEditor } from './context.ts'

/** Address of a node in a workflow of the same workspace. */
export function nodePath(workspace: string, workflow: string, nodeId: string): string {
  return `/w/${workspace}/workflows/${workflow}?node=${encodeURIComponent(nodeId)}`
}

/** The canvas measures itself first; before that nothing can be brought into view. */
export const settleMs = 60

export function useOpenAtNode(): void {
  const { editor } = useEditor()
  const node = useSearchParams().get('node')
  useEffect(() => {
    if (node === null) return
    const timer = setTimeout(() => {
      if (editor.store.getState().document.nodes[node] === undefined) return
      editor.select([node])
      canvasApi()?.reveal([node])
    }, settleMs)
    return () => clearTimeout(timer)
  }, [editor, node])
}
