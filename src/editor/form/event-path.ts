/** Paths of an event that a short text may name: a key, a value to match. Pure. */

export interface EventPath {
  path: string
  /** In the sample; empty when unknown. */
  value: string
}

/** The same paths in an event that arrives later; its values are not known. */
export const asyncPaths = (paths: EventPath[]): EventPath[] => paths.map(({ path }) => ({ path: path.replace(/^event/, 'async'), value: '' }))

/** Lists and objects are no keys. */
export const isKey = ({ value }: EventPath): boolean => !/^[[{]/.test(value)

/** The path that most likely tells one from another: an id in the data. */
export function likelyKey(paths: EventPath[]): string | undefined {
  return paths.find((one) => isKey(one) && /\bdata\..*id$/i.test(one.path))?.path
}

/** A path that is looked up in two events is written without either's name: `data.orderId`. */
export function inBothEvents(path: string): { path: string } | { why: string } {
  const match = /^(?:event|async)\.(data\..+)$/.exec(path)
  return match === null ? { why: `${path} is no value of an event. Here stands a path that both events have, such as data.orderId.` } : { path: match[1]! }
}

/** What may stand there: the starting event's keys, those that the arriving one is known to have first. */
export function sharedPaths(starting: readonly EventPath[], arriving: readonly EventPath[]): EventPath[] {
  const known = new Set(arriving.map((one) => one.path.replace(/^async\./, '')))
  const paths = starting.filter((one) => one.path.startsWith('event.data.') && isKey(one)).map((one) => ({ ...one, path: one.path.slice('event.'.length) }))
  return [...paths.filter((one) => known.has(one.path)), ...paths.filter((one) => !known.has(one.path))]
}
