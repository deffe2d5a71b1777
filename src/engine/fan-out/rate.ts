/** How many runs of a fan-out end a second: from what this process has seen in the last ten seconds, else since it began. */
const windowMs = 10_000
/** Before that, two looks say too little. */
const leastMs = 1500
const keptMax = 500

interface Sample {
  at: number
  ended: number
}

const seen = new Map<string, Sample[]>()

/** Notes a count; called by whoever reads one anyway. */
export function noteEnded(id: string, ended: number, at: number = performance.now()): void {
  const samples = seen.get(id) ?? []
  seen.delete(id)
  if (seen.size >= keptMax) seen.delete(seen.keys().next().value!)
  seen.set(id, samples)
  // What was seen before nobody looked for a while, such as over a pause, says nothing of now.
  if (samples.length > 0 && at - samples.at(-1)!.at > windowMs) samples.length = 0
  const last = samples.at(-1)
  if (last !== undefined && at - last.at < 200) return
  samples.push({ at, ended })
  while (samples.length > 2 && at - samples[1]!.at >= windowMs) samples.shift()
}

/** @param startedMs when it began, milliseconds since 1970 */
export function perSecond(id: string, ended: number, startedMs: number, at: number = performance.now()): number {
  noteEnded(id, ended, at)
  const first = seen.get(id)![0]!
  const spanMs = at - first.at
  if (spanMs >= leastMs) return tidy(Math.max(0, (ended - first.ended) / spanMs) * 1000)
  const sinceMs = performance.timeOrigin + at - startedMs
  return sinceMs < 200 ? 0 : tidy((ended / sinceMs) * 1000)
}

const tidy = (rate: number) => (rate >= 10 ? Math.round(rate) : Math.round(rate * 10) / 10)
