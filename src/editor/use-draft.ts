'use client'
/** The draft beside what is live: findings, what publishing would change, facts for the canvas. */
import { useMemo } from 'react'
import type { Catalog } from '#graph/compile/catalog.ts'
import type { GraphDocument } from '#graph/document.ts'
import { jsonEqual } from '#base/json.ts'
import type { FunctionChange } from '#graph/diff.ts'
import type { CanvasFacts } from '#canvas/marks.ts'
import { draftChanges, useFacts, useFindings, type Findings } from './findings.ts'

export interface DraftFacts {
  name: string
  catalog: Catalog
  published: { document: GraphDocument; version: number; at: string } | null
  functions: { slug: string; version: number; hash: string }[]
}

export interface Draft {
  findings: Findings
  changes: FunctionChange[]
  canvasFacts: CanvasFacts
  hasChanges: boolean
}

export function useDraft(document: GraphDocument, facts: DraftFacts, paused: ReadonlySet<string>): Draft {
  const findings = useFindings(document, facts.catalog)
  const changes = useMemo(() => draftChanges(facts.functions, findings), [facts, findings])
  const canvasFacts = useFacts(document, findings, changes, facts.catalog, paused)
  const published = facts.published?.document
  const hasChanges = useMemo(() => published === undefined || !jsonEqual(document, published), [document, published])
  return { findings, changes, canvasFacts, hasChanges }
}
