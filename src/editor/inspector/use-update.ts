'use client'
import type { GraphNode } from '#graph/document.ts'
import { updateNode } from '#graph/edit/update-node.ts'
import { nodeTitle } from '#canvas/describe.ts'
import { useEditor } from '../context.ts'

/** Writes one field of a node; typing in it is one gesture. */
export function useUpdate(node: GraphNode): (field: string, value: unknown) => void {
  const { editor } = useEditor()
  return (field, value) => editor.edit(
    `Edit ${field} of ${nodeTitle(node)}`,
    (document) => updateNode(document, node.id, { [field]: value }),
    { group: `${node.id}.${field}` },
  )
}
