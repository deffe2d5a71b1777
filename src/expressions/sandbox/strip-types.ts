/** TypeScript to JavaScript by removing types; lines stay where they are. Cached by text. */
import { transform } from 'sucrase'

const cache = new Map<string, string>()
const cacheSize = 200

/** Removes types. Throws a SyntaxError whose `loc` names the line. */
export function stripTypes(code: string): string {
  const known = cache.get(code)
  if (known !== undefined) return known
  const stripped = transform(code, { transforms: ['typescript'], disableESTransforms: true, filePath: 'step.ts' }).code
  if (cache.size >= cacheSize) cache.delete(cache.keys().next().value as string)
  cache.set(code, stripped)
  return stripped
}
