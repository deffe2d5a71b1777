'use client'
/** A drawing as React Flow takes it, worked out again only as far as something changed. */
import { useStore } from '@xyflow/react'
import { useMemo, useRef } from 'react'
import { derivedLinks, type DerivedLink } from '#graph/links.ts'
import type { GraphDocument } from '#graph/document.ts'
import { reselect, toFlow, type Flow, type FlowCache, type FlowInput } from './flow.ts'
import { flatBelow, manyNodes } from './lean.ts'

export interface DrawnFlow {
  flow: Flow
  links: DerivedLink[]
  /** A large drawing: see lean.ts. */
  lean: boolean
  flat: boolean
}

export const isLarge = (document: GraphDocument): boolean => Object.keys(document.nodes).length > manyNodes

export function useFlow({ document, facts, overlay, selected, editable }: Omit<FlowInput, 'links' | 'flat'>): DrawnFlow {
  const cache = useRef<FlowCache>(new Map())
  const last = useRef<{ parts: unknown[]; flow: Flow } | null>(null)
  const lean = useMemo(() => isLarge(document), [document])
  const isFar = useStore((state) => state.transform[2] < flatBelow)
  const flat = isFar && lean
  const links = useMemo(() => derivedLinks(document), [document])
  const flow = useMemo(() => {
    const input = { document, links, facts, selected, editable, flat, ...(overlay ? { overlay } : {}) }
    const parts = [document, links, facts, overlay, editable, flat]
    const onlySelected = last.current?.parts.every((part, i) => part === parts[i]) === true
    const next = onlySelected ? reselect(last.current!.flow, input) : toFlow(input, cache.current)
    last.current = { parts, flow: next }
    return next
  }, [document, links, facts, overlay, selected, editable, flat])
  return { flow, links, lean, flat }
}
