'use client'
/** What the fields of the open panel can read. Worked out once for all of them. */
import { createContext, useContext, useMemo } from 'react'
import type { Json } from '#base/json.ts'
import type { GraphDocument } from '#graph/document.ts'
import { useEditor, useEditorState } from '../context.ts'
import { useDataAtHand, type DataAtHand } from '../data/data-at-hand.ts'
import { readableData, type Readable } from '../inspector/readable-data.ts'
import { candidatesOf } from './candidates.ts'
import type { Candidate, FieldLanguage } from './complete.ts'
import type { EventPath } from './event-path.ts'
import { useFieldHost } from './use-field.ts'
import { useValueCandidates } from './value-candidates.ts'

/** True where `item` and `index` can be read: fields of a step that repeats. */
const InItem = createContext(false)
export const InItemProvider = InItem.Provider
export const useInItem = (): boolean => useContext(InItem)

const none: Real = {}
type Real = Readonly<Record<string, Json[]>>
let last: { document: GraphDocument; id: string; data: DataAtHand; real: Real; readable: Readable } | undefined

/** All fields of a panel ask for the same. */
function readableOnce(document: GraphDocument, id: string, data: DataAtHand, real: Real): Readable {
  if (last === undefined || last.document !== document || last.id !== id || last.data !== data || last.real !== real) {
    last = { document, id, data, real, readable: readableData(document, id, data, real) }
  }
  return last.readable
}

/** Of the node or line whose panel is open, or of another. */
export function useReadable(nodeId?: string): Readable {
  const host = useFieldHost()
  const id = nodeId ?? host.id
  const document = useEditorState((state) => state.document)
  const data = useDataAtHand()
  const real = useEditor().catalog.samples ?? none
  return readableOnce(document, id, data, real)
}

interface Offer {
  /** Those its owner names; they go first, with the values that are known of them. */
  paths?: readonly EventPath[] | undefined
  onlyPaths?: boolean
  /** Leaves objects away: a key or a comparison needs one value. */
  single?: boolean
}

/** What a field offers. */
export function useCandidates(language: FieldLanguage, { paths, onlyPaths = false, single = false }: Offer = {}): Candidate[] {
  const readable = useReadable()
  const item = useInItem()
  const values = useValueCandidates(language, useFieldHost().id)
  return useMemo(() => {
    const all = [...candidatesOf(readable, language, item), ...values]
    const known = single ? all.filter((one) => one.type !== 'object') : all
    if (paths === undefined) return known
    if (onlyPaths) return paths.map(({ path, value }) => ({ path, value, type: '' }))
    const seen = new Set(known.map((one) => one.path))
    return [...paths.filter((one) => !seen.has(one.path)).map(({ path, value }) => ({ path, value, type: '' })), ...known]
  }, [readable, language, item, paths, onlyPaths, single, values])
}
