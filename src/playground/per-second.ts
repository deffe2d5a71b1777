/** Counts calls per key and whole second. Says false once a second has had its share. */
export function createPerSecond(nowMs: () => number = Date.now): (key: string, most: number) => boolean {
  let second = 0
  const counts = new Map<string, number>()
  return (key, most) => {
    const current = Math.floor(nowMs() / 1000)
    if (current !== second) {
      second = current
      counts.clear()
    }
    const count = (counts.get(key) ?? 0) + 1
    counts.set(key, count)
    return count <= most
  }
}
