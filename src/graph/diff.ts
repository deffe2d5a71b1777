/** What publishing changes, per function: new, changed, unchanged, removed. */
import type { FunctionDefinition } from '#graph/definition.ts'

export interface FunctionChange {
  slug: string
  change: 'new' | 'changed' | 'unchanged' | 'removed'
  /** Version before and after; null where there is none. */
  from: number | null
  to: number | null
  /** It was live before, and its history goes on. */
  returns?: true
}

/** A function that is drawn again after it was removed goes on from its last version; unchanged, it is that version. */
export function withReturning(changes: readonly FunctionChange[], drawn: ReadonlyMap<string, FunctionDefinition>, earlier: readonly PublishedFunction[]): FunctionChange[] {
  const last = new Map(earlier.map((one) => [one.slug, one]))
  return changes.map((change) => {
    const known = last.get(change.slug)
    return change.change !== 'new' || known === undefined ? change : { ...change, returns: true, to: drawn.get(change.slug)?.hash === known.hash ? known.version : known.version + 1 }
  })
}

export interface PublishedFunction {
  slug: string
  version: number
  hash: string
}

/** `published`: the workflow's functions that are live now. `lastVersion`: of archived ones that come back, by slug. */
export function publishChanges(published: readonly PublishedFunction[], functions: readonly FunctionDefinition[], lastVersion: ReadonlyMap<string, number> = new Map()): FunctionChange[] {
  const live = new Map(published.map((one) => [one.slug, one]))
  const changes = functions.map(({ slug, hash }): FunctionChange => {
    const now = live.get(slug)
    if (now === undefined) return { slug, change: 'new', from: null, to: (lastVersion.get(slug) ?? 0) + 1 }
    if (now.hash === hash) return { slug, change: 'unchanged', from: now.version, to: now.version }
    return { slug, change: 'changed', from: now.version, to: now.version + 1 }
  })
  const kept = new Set(functions.map((one) => one.slug))
  for (const { slug, version } of published) if (!kept.has(slug)) changes.push({ slug, change: 'removed', from: version, to: null })
  return changes
}
