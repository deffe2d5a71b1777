/** Recorded values as an editor can carry them: the same shape, long lists and texts cut. Pure. */
import type { Json } from '#base/json.ts'

const steps = [{ items: 50, characters: 4000 }, { items: 10, characters: 600 }, { items: 3, characters: 120 }]
const depthMost = 12

/** The value itself when its text is short enough; else a copy whose lists and texts are cut until it is. Null when nothing helps. */
export function shorten(text: string, charactersMost: number): { value: Json; cut: boolean } | null {
  const value = JSON.parse(text) as Json
  if (text.length <= charactersMost) return { value, cut: false }
  for (const step of steps) {
    const copy = cutTo(value, step, 0)
    if (JSON.stringify(copy).length <= charactersMost) return { value: copy, cut: true }
  }
  return null
}

function cutTo(value: Json, most: { items: number; characters: number }, depth: number): Json {
  if (typeof value === 'string') return value.length <= most.characters ? value : `${value.slice(0, most.characters)}…`
  if (value === null || typeof value !== 'object') return value
  if (depth >= depthMost) return Array.isArray(value) ? [] : {}
  if (Array.isArray(value)) return value.slice(0, most.items).map((item) => cutTo(item, most, depth + 1))
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, cutTo(member, most, depth + 1)]))
}
