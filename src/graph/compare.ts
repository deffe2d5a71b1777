/** What two drawings of a workflow do differently, function by function, whether they could be published or not. Pure. */
import type { Catalog } from '#graph/compile/catalog.ts'
import { asDrawn } from '#graph/compile/index.ts'
import type { FunctionDefinition } from '#graph/definition.ts'
import { publishChanges, type FunctionChange } from '#graph/diff.ts'
import type { GraphDocument } from '#graph/document.ts'

export interface Compared {
  changes: FunctionChange[]
  /** By slug, as they were and as they are. */
  was: ReadonlyMap<string, FunctionDefinition>
  is: ReadonlyMap<string, FunctionDefinition>
}

export function compareDrawings(before: GraphDocument, after: GraphDocument, catalog: Catalog): Compared {
  const [was, is] = [before, after].map((document) => new Map(asDrawn(document, catalog).map((one) => [one.slug || 'a function without a name', one]))) as [Map<string, FunctionDefinition>, Map<string, FunctionDefinition>]
  const published = [...was].map(([slug, { hash }]) => ({ slug, version: 0, hash }))
  const changes = publishChanges(published, [...is].map(([slug, one]) => ({ ...one, slug }))).map((one) => ({ ...one, from: null, to: null }))
  return { changes, was, is }
}
