/** What is said of steps that nothing leads to any more, because another one is deleted or has gone elsewhere. Pure. */
import { nodeTitle } from '#canvas/describe.ts'
import type { GraphDocument } from '#graph/document.ts'
import { leftLoose } from '#graph/edit/way-on.ts'

const namedMost = 3

/** `moved`: steps that may have left their lines, beside those that are gone from their function. Null when nothing is left so. */
export function looseWords(before: GraphDocument, after: GraphDocument, moved: Iterable<string> = []): string | null {
  const gone = new Set(moved)
  for (const node of Object.values(before.nodes)) {
    const now = after.nodes[node.id]
    if (node.type === 'step' && (now?.type !== 'step' || now.parent !== node.parent)) gone.add(node.id)
  }
  const loose = gone.size === 0 ? [] : leftLoose(before, after, gone)
  if (loose.length === 0) return null
  const names = loose.slice(0, namedMost).map((step) => `"${nodeTitle(step)}"`)
  const more = loose.length - names.length
  const all = more > 0 ? [...names, `${more} more`] : names
  const which = all.length === 1 ? all[0]! : `${all.slice(0, -1).join(', ')} and ${all.at(-1)!}`
  return loose.length === 1
    ? `Nothing leads to ${which} any more, so it would start at once. Connect it or remove it; Undo takes this back.`
    : `Nothing leads to ${which} any more, so they would start at once. Connect or remove them; Undo takes this back.`
}
