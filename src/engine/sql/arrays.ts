/**
 * Columns of many rows as text parameters, cheaper on both sides than the driver's array literals.
 * `uuids`/`numbers` make an array literal (`$1::uuid[]`); `texts` joins with U+001E, which JSON text
 * never contains, for `string_to_array($1, E'\x1e', '')`: an empty element is NULL.
 */
export const uuids = (list: readonly (string | null)[]): string => `{${list.map((id) => id ?? 'null').join(',')}}`
export const numbers = (list: readonly (number | null)[]): string => `{${list.map((n) => n ?? 'null').join(',')}}`
export const booleans = (list: readonly boolean[]): string => `{${list.map((b) => (b ? 't' : 'f')).join(',')}}`
export const texts = (list: readonly (string | null)[]): string => list.map((text) => text ?? '').join('\x1e')
/** Text that may contain anything but is not JSON: names from people. */
export const safeText = (text: string): string => text.replaceAll('\x1e', ' ').replaceAll('\u0000', '')
