'use client'
/**
 * Handles are where the scene says, whether they are in the page or not: a collapsed frame has an
 * outlet nobody can draw from, and large drawings show rings only where they are pointed at. React
 * Flow looks for them in the page whenever a node changes its size, and drops the lines of those it
 * does not find; here its finding is put right.
 */
import { useStoreApi, type Node } from '@xyflow/react'
import { useState } from 'react'

type Store = ReturnType<typeof useStoreApi>
type Bounds = NonNullable<ReturnType<Store['getState']>['nodeLookup'] extends Map<string, infer Known> ? (Known extends { internals: { handleBounds?: infer B } } ? B : never) : never>

const kept = new WeakSet<Store>()

/** Before the first node is drawn: React Flow keeps the function it finds then. */
export function useKeptHandles(): void {
  const store = useStoreApi()
  useState(() => keepHandles(store))
}

function keepHandles(store: Store): void {
  if (kept.has(store)) return
  kept.add(store)
  const { updateNodeInternals: measure } = store.getState()
  store.setState({
    updateNodeInternals: (updates, options) => {
      measure(updates, options)
      const { nodeLookup } = store.getState()
      for (const id of updates.keys()) {
        const node = nodeLookup.get(id)
        if (node?.handles) node.internals.handleBounds = boundsOf(node)
      }
      store.setState({})
    },
  })
}

function boundsOf({ id, handles = [] }: Node): Bounds {
  const of = (type: 'source' | 'target') => handles.filter((handle) => handle.type === type)
    .map(({ id: handleId = null, x, y, width = 1, height = 1, position }) => ({ id: handleId, nodeId: id, x, y, width, height, position, type }))
  return { source: of('source'), target: of('target') }
}
