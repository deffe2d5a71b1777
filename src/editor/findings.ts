'use client'
/** What the compiler says about the draft, a moment after each edit. */
import { useEffect, useMemo, useState } from 'react'
import { compile } from '#graph/compile/index.ts'
import type { Catalog } from '#graph/compile/catalog.ts'
import type { Diagnostic } from '#graph/compile/diagnostics.ts'
import type { FunctionDefinition } from '#graph/definition.ts'
import { publishChanges, type FunctionChange, type PublishedFunction } from '#graph/diff.ts'
import type { GraphDocument } from '#graph/document.ts'
import { slugsOf } from '#graph/edit/names.ts'
import { reactionsElsewhere, sendersElsewhere } from '#graph/links.ts'
import type { CanvasFacts } from '#canvas/marks.ts'

export interface Findings {
  diagnostics: Diagnostic[]
  functions: FunctionDefinition[]
  /** Slugs of all that is drawn, right or wrong. */
  drawn: ReadonlySet<string>
  byNode: ReadonlyMap<string, Diagnostic[]>
  errors: number
  warnings: number
}

const quietMs = 120

export function findingsOf(document: GraphDocument, catalog: Catalog): Findings {
  const { functions, diagnostics } = compile(document, catalog)
  const byNode = new Map<string, Diagnostic[]>()
  for (const one of diagnostics) byNode.set(one.nodeId, [...(byNode.get(one.nodeId) ?? []), one])
  const errors = diagnostics.filter((one) => one.severity === 'error').length
  return { diagnostics, functions, drawn: slugsOf(document), byNode, errors, warnings: diagnostics.length - errors }
}

export function useFindings(document: GraphDocument, catalog: Catalog): Findings {
  const [findings, setFindings] = useState(() => findingsOf(document, catalog))
  useEffect(() => {
    const timer = setTimeout(() => setFindings(findingsOf(document, catalog)), quietMs)
    return () => clearTimeout(timer)
  }, [document, catalog])
  return findings
}

/** What publishing now would change, by function. */
export function draftChanges(live: PublishedFunction[], findings: Findings): FunctionChange[] {
  // A function that cannot be compiled now, for itself or for what starts it, is not gone: publishing waits until it can.
  return publishChanges(live, findings.functions).filter((one) => one.change !== 'removed' || !findings.drawn.has(one.slug))
}

export function useFacts(document: GraphDocument, findings: Findings, changes: FunctionChange[], catalog: Catalog, paused: ReadonlySet<string>): CanvasFacts {
  return useMemo(() => {
    const problems: CanvasFacts['problems'] = {}
    for (const [id, list] of findings.byNode) problems[id] = list.some((one) => one.severity === 'error') ? 'error' : 'warning'
    const problemCounts = Object.fromEntries([...findings.byNode].map(([id, list]) => [id, list.length]))
    const versions: CanvasFacts['versions'] = {}
    for (const { slug, change, from } of changes) {
      versions[slug] = change === 'new' ? 'new' : change === 'changed' ? `v${from}, edited` : `v${from}`
      if (paused.has(slug) && change !== 'new') versions[slug] = `${versions[slug]}, paused`
    }
    const reactElsewhere: CanvasFacts['reactElsewhere'] = {}
    const sentElsewhere: NonNullable<CanvasFacts['sentElsewhere']> = {}
    for (const node of Object.values(document.nodes)) {
      if (node.type !== 'event' || node.event === '') continue
      const others = reactionsElsewhere(node.event, catalog.functionsElsewhere)
      if (others.length > 0) reactElsewhere[node.id] = others
      const senders = sendersElsewhere(node.event, catalog.functionsElsewhere)
      if (senders.length > 0) sentElsewhere[node.id] = senders
    }
    return { problems, problemCounts, versions, paused, reactElsewhere, sentElsewhere }
  }, [document, findings, changes, catalog, paused])
}
