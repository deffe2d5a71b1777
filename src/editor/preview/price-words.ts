/** What an emit per item sets off, in a few words. Pure. */
import type { Price } from '#graph/price.ts'
import { formatDuration } from '#ui/time.ts'
import { counted } from './share-words.ts'

interface Reckoned {
  items: number | null
  consumers: number
  price: Price | null
  facts: { confirm: { above: number } | null }
}

/** So many items wait until a person says go. */
export const waitsForGo = (rule: { above: number } | null, items: number): boolean => rule !== null && items > rule.above

/** "Sets off 2,941 runs, about 3 min, after a go". */
export function priceWords({ items, consumers, price, facts: { confirm } }: Reckoned): string {
  if (consumers === 0) return 'Sets off no run: nobody reacts yet'
  if (price === null) return `Sets off ${counted(consumers, 'run')} an item`
  const time = price.ms === null ? '' : price.ms < 1000 ? ', in under a second' : `, about ${formatDuration(price.ms)}`
  const waits = items !== null && waitsForGo(confirm, items) ? ', after a go' : ''
  return `Sets off ${price.atMost ? 'up to ' : ''}${counted(price.runs, 'run')}${time}${waits}`
}
