/** What a drawing can keep: values that a database takes and that no merge can be tricked by. */
import { isStorableText } from '#base/storable-text.ts'

const depthMax = 200

/** Why a value cannot be kept: a half or null character, `__proto__` as a name, or bottomless nesting. */
export type Unstorable = 'character' | 'reserved' | 'depth'

/** Null when it can be kept. Safe for values of any depth. */
export function unstorable(value: unknown, depth = 0): Unstorable | null {
  if (typeof value === 'string') return isStorableText(value) ? null : 'character'
  if (typeof value !== 'object' || value === null) return null
  if (depth > depthMax) return 'depth'
  for (const [key, item] of Object.entries(value)) {
    if (key === '__proto__') return 'reserved'
    const why = isStorableText(key) ? unstorable(item, depth + 1) : 'character'
    if (why !== null) return why
  }
  return null
}

/** Why a value cannot be part of a drawing, as a sentence; null when it can. */
export function unstorableWords(value: unknown): string | null {
  switch (unstorable(value)) {
    case 'depth': return 'It nests lists or objects deeper than 200 levels, which a drawing cannot keep.'
    case 'reserved': return 'It holds a field named `__proto__`, which a drawing cannot keep.'
    case 'character': return 'It holds a null character or half a character, which a drawing cannot keep.'
    case null: return null
  }
}

export function isStorable(value: unknown): boolean {
  return unstorable(value) === null
}

/** Whether a schema may look at it: schemas call themselves for every level. */
export function isBottomless(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return false
  return depth > depthMax || Object.values(value).some((item) => isBottomless(item, depth + 1))
}
