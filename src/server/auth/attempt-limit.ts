/** Slows down guessing: so many tries per address and window, counted in this process. */
const windowMs = 5 * 60_000
const triesMax = 20
const addressesMax = 20_000

const tries = new Map<string, { count: number; until: number }>()

/** Counts a try. False when the address has had its share. */
export function mayTry(address: string, nowMs: number = Date.now()): boolean {
  const entry = tries.get(address)
  if (entry === undefined || entry.until <= nowMs) {
    if (tries.size >= addressesMax) tries.clear()
    tries.set(address, { count: 1, until: nowMs + windowMs })
    return true
  }
  entry.count += 1
  return entry.count <= triesMax
}

export function forgetTries(address: string): void {
  tries.delete(address)
}
