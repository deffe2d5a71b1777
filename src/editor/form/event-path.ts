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
  return paths.find((one) => isKey(one) && /\.data\..*id$/i.test(one.path))?.path
}
