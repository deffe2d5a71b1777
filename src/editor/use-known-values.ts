'use client'
/** Names of connections, secrets and settings as they are now: somebody may add one in Settings while the editor is open. */
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { Catalog } from '#graph/compile/catalog.ts'
import { useTRPC } from '#ui/trpc.tsx'

export function useKnownValues(workspace: string, catalog: Catalog): Catalog {
  const trpc = useTRPC()
  const values = useQuery(trpc.connections.known.queryOptions({ workspace }, { staleTime: 5_000, refetchInterval: 60_000, refetchOnWindowFocus: true })).data
  return useMemo(() => (values === undefined ? catalog : { ...catalog, values }), [catalog, values])
}
