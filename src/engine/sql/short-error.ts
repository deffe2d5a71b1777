/** Errors as lists can carry them. The facts of one may hold a whole request, of a megabyte. */
import { readable } from '#engine/sql/readable-json.ts'

/** In a list, facts of an error longer than that are cut. */
export const listedErrorMost = 8000

/**
 * SQL of an error's column as text: whole up to `most` characters (SQL of a number; null = any), longer with its facts cut to
 * `{ truncated, characters, status, start }`. Members it does not have are null then.
 */
export function shortError(column: string, most: string | number): string {
  const members = ['code', 'message', 'step', 'field', 'fix'].map((name) => `'${name}', e->'${name}'`).join(', ')
  return `case when length(${column}::text) > ${most} then (
      select json_build_object(${members}, 'facts', json_build_object(
        'truncated', true, 'characters', length((e->'facts')::text), 'status', e->'facts'->'status', 'start', left((e->'facts')::text, 2000)))::text
      from (select ${readable(column)} as e offset 0) read
    ) else ${column}::text end`
}

/** An error that `shortError` answered. */
export function parseError<T>(text: string | null): T | null {
  if (text === null) return null
  const error = JSON.parse(text) as { facts?: { truncated?: unknown } }
  if (error.facts?.truncated !== true) return error as T
  return Object.fromEntries(Object.entries(error).filter(([, value]) => value !== null)) as T
}
