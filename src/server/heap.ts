/**
 * How fast the heap may grow. Left alone, V8 lets garbage pile up to four times what lives before it
 * collects: a fan-out of 50,000 then took 380 MB, most of it results that had long been stored. With
 * factor 2 it took 230 MB for 5 % more time in the collector (docs/performance.md).
 */
import { setFlagsFromString } from 'node:v8'

export function boundHeapGrowth(): void {
  setFlagsFromString('--heap-growing-percent=100')
}
