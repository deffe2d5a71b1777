'use client'
/** The last real events of the names in the drawing, so that findings know which fields are not always there. */
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { Catalog } from '#graph/compile/catalog.ts'
import type { GraphDocument } from '#graph/document.ts'
import { useTRPC } from '#ui/trpc.tsx'

const typingMs = 600
const namesMost = 50

export function useSampledCatalog(workspace: string, document: GraphDocument, catalog: Catalog): Catalog {
  const trpc = useTRPC()
  const wanted = [...new Set(Object.values(document.nodes).flatMap((node) => (node.type === 'event' && node.event !== '' ? [node.event] : [])))].sort().slice(0, namesMost)
  // A text, so that a name that is being typed asks once.
  const [names] = useDebouncedValue(wanted.join('\n'), typingMs)
  const samples = useQuery(trpc.events.samples.queryOptions(
    { workspace, names: names.split('\n') },
    { enabled: names !== '', staleTime: 30_000, refetchInterval: 60_000, placeholderData: keepPreviousData },
  )).data
  return useMemo(() => (samples === undefined ? catalog : { ...catalog, samples }), [catalog, samples])
}
