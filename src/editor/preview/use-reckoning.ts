'use client'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { inferRouterOutputs } from '@trpc/server'
import { useMemo } from 'react'
import type { StepNode } from '#graph/document.ts'
import { emittedEvent } from '#graph/links.ts'
import { allowedIn, baseIn, drawnConsumers, priceOf, type Price } from '#graph/price.ts'
import type { AppRouter } from '#server/router.ts'
import { useTRPC } from '#ui/trpc.tsx'
import { useEditor, useEditorState } from '../context.ts'
import { useReadable } from '../form/use-readable.ts'

const typingMs = 500

export interface Reckoning {
  event: string
  facts: inferRouterOutputs<AppRouter>['functions']['price']
  /** Items of the list at hand; null where it is not known. */
  sampled: number | null
  /** Those that are reckoned with: typed, of the last run, or at hand. */
  items: number | null
  consumers: number
  /** Null while the number of items is not known. */
  price: Price | null
}

/** What an emit per item sets off at today's limits; null until it has an event and the server has answered. */
export function useReckoning(node: StepNode, typed: number | null): Reckoning | null {
  const { workspace, slug, catalog } = useEditor()
  const document = useEditorState((state) => state.document)
  const trpc = useTRPC()
  const [event] = useDebouncedValue(emittedEvent(node) ?? '', typingMs)
  const [item] = useReadable(node.id).sources
  const frame = document.nodes[node.parent]
  const drawn = useMemo(() => (event === '' ? [] : drawnConsumers(document, event, baseIn(catalog.values))), [document, event, catalog.values])
  const { data: facts } = useQuery(trpc.functions.price.queryOptions(
    { workspace, workflow: slug, function: frame?.type === 'function' ? frame.slug : '', step: node.key, event, drawn: drawn.map((one) => one.slug).sort() },
    { enabled: event !== '', staleTime: 30_000, retry: false, placeholderData: keepPreviousData },
  ))
  if (event === '' || facts === undefined) return null
  const consumers = [...drawn, ...facts.elsewhere].map((one) => (facts.limits[one.slug] === undefined || one.limit === null ? one : { ...one, limit: facts.limits[one.slug]! }))
  const sampled = item?.path === 'item' ? (item.count ?? null) : null
  const items = typed ?? facts.last?.items ?? sampled
  const price = items === null || consumers.length === 0 ? null : priceOf(items, consumers, facts.durations, facts.places, allowedIn(catalog.values))
  return { event, facts, sampled, items, consumers: consumers.length, price }
}
