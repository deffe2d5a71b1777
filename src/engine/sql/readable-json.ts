/**
 * Looking into a `json` column with `->>`. Postgres keeps any JSON there, but refuses to take a text out of a value
 * that holds U+0000 or half of a surrogate pair anywhere: one odd payload would take a whole list down.
 */

/** SQL of the column with those characters replaced by U+FFFD; a value that has no escapes is read as it is. */
export function readable(column: string): string {
  return String.raw`(case when strpos(${column}::text, '\u') = 0 then ${column}
    else regexp_replace(${column}::text, '\\u(0000|[dD][89a-fA-F][0-9a-fA-F]{2})', '\\ufffd', 'g')::json end)`
}
