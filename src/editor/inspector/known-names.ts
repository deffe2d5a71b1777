'use client'
/** Names a person may mean: events and functions of this drawing and of the workspace. */
import { useMemo } from 'react'
import { useEditor, useEditorState } from '../context.ts'

export function useEventNames(): string[] {
  const { catalog } = useEditor()
  const nodes = useEditorState((state) => state.document.nodes)
  return useMemo(() => {
    const here = Object.values(nodes).flatMap((node) => (node.type === 'event' && node.event !== '' ? [node.event] : []))
    const elsewhere = catalog.functionsElsewhere.flatMap((one) => [...one.events, ...(one.emits ?? [])])
    return [...new Set([...here, ...elsewhere])].filter((name) => !name.includes('*'))
  }, [nodes, catalog])
}

export function useFunctionSlugs(): string[] {
  const { catalog } = useEditor()
  const nodes = useEditorState((state) => state.document.nodes)
  return useMemo(() => {
    const here = Object.values(nodes).flatMap((node) => (node.type === 'function' ? [node.slug] : []))
    return [...new Set([...here, ...catalog.functionsElsewhere.map((one) => one.slug)])]
  }, [nodes, catalog])
}
