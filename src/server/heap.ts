/**
 * How fast the heap may grow. Left alone, V8 lets garbage pile up to four times what lives before it
 * collects: a fan-out of 50,000 then took 380 MB, most of it results that had long been stored. So what
 * may be added is bounded: as much as lives, and where a lot lives (a list of a million items on its way
 * out) no more than `slackMb` of it (docs/performance.md).
 */
import { getHeapStatistics, setFlagsFromString } from 'node:v8'

const slackMb = 32
/** Collecting more often than at a fifth more than what lives would cost more time than memory is worth. */
const leastPercent = 20
const looksEveryMs = 500
/** The least that was in use lately is about what lives. */
const looksKept = 6

/** Looks at the heap twice a second from now on; keeps no process alive. */
export function boundHeapGrowth(): void {
  const used: number[] = []
  let set = 0
  const look = () => {
    used.push(getHeapStatistics().used_heap_size / 1048576)
    if (used.length > looksKept) used.shift()
    const percent = growthPercent(Math.min(...used))
    if (Math.abs(percent - set) >= 5) setFlagsFromString(`--heap-growing-percent=${(set = percent)}`)
  }
  look()
  setInterval(look, looksEveryMs).unref()
}

/** By how much of what lives the heap may grow before it is collected. */
export const growthPercent = (liveMb: number): number => Math.round(Math.min(100, Math.max(leastPercent, (slackMb / liveMb) * 100)))
