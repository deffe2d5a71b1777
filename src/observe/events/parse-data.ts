import { longNumberWords } from '#base/json-text.ts'
import { isJsonObject, type JsonObject } from '#base/json.ts'

/** Text of a data field as the object it must be, or what is wrong with it and where. */
export function parseData(text: string): { ok: true; data: JsonObject } | { ok: false; problem: string } {
  if (text.trim() === '') return { ok: true, data: {} }
  try {
    const value: unknown = JSON.parse(text)
    const long = longNumberWords(text)
    if (isJsonObject(value)) return long === null ? { ok: true, data: value } : { ok: false, problem: long }
    return { ok: false, problem: 'The data must be an object: { "name": value }.' }
  } catch (error) {
    return { ok: false, problem: `This is not JSON yet${where(text, String((error as Error).message))}.` }
  }
}

function where(text: string, message: string): string {
  const position = /position (\d+)/.exec(message)
  if (position === null) return /end of/i.test(message) ? ': it ends too early' : ''
  const before = text.slice(0, Number(position[1])).split('\n')
  return `: look at line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`
}
