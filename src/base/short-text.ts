/** Text as a database takes it, and no longer than it may be: names of things are put into it, which may be anything. */

const broken = /\u0000|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/** Without null and half characters; what is longer ends in an ellipsis, behind a whole character. */
export function shortText(text: string, most: number): string {
  const whole = text.replace(broken, '')
  return whole.length <= most ? whole : `${whole.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`
}
