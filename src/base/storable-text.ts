/** Text as a database takes it: names of things are put into it, which may be anything. */

/** Null and half characters. */
const broken = /\u0000|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

export const isStorableText = (text: string): boolean => text.search(broken) < 0

/** Without what no database takes; what is longer ends in an ellipsis, behind a whole character. */
export function shortText(text: string, most: number): string {
  const whole = text.replace(broken, '')
  return whole.length <= most ? whole : `${whole.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`
}
