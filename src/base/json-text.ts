/** JSON as people write it in a field. */
import { isJsonObject, longNumbers, type JsonObject } from '#base/json.ts'

/** What is wrong with a number that JavaScript would keep as another one; null when there is none. */
export function longNumberWords(text: string): string | null {
  const long = longNumbers(text).next().value
  return long === undefined ? null : `The number ${long.number.slice(0, 40)} has more digits than a number can keep: another one would be taken. Put it in quotes.`
}

/** `problem`: what is said of text that is no JSON object. */
export function readObject(text: string, problem: string): { value: JsonObject } | { problem: string } {
  try {
    const value: unknown = JSON.parse(text)
    if (!isJsonObject(value)) return { problem }
    const long = longNumberWords(text)
    return long === null ? { value } : { problem: long }
  } catch {
    return { problem }
  }
}
