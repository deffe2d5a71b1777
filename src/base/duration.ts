/** Durations as people write them: "500ms", "30s", "5m", "2h", "7d", "1h30m". */
const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }
const part = /(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)/gy

/** Milliseconds, or null when the text is not a duration. */
export function parseDuration(text: string): number | null {
  const trimmed = text.trim().toLowerCase()
  if (trimmed === '') return null
  let total = 0
  part.lastIndex = 0
  let end = 0
  for (let match = part.exec(trimmed); match !== null; match = part.exec(trimmed)) {
    total += Number(match[1]) * units[match[2] as string]!
    end = part.lastIndex
    while (trimmed[end] === ' ') end++
    part.lastIndex = end
  }
  return end === trimmed.length && Number.isFinite(total) ? Math.round(total) : null
}

/** Short text for people: 1_500 → "1.5 s", 90_000 → "1 m 30 s". */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${Number((ms / 1000).toFixed(1))} s`
  const steps: [string, number][] = [['d', 86_400_000], ['h', 3_600_000], ['m', 60_000], ['s', 1000]]
  const parts: string[] = []
  let rest = Math.round(ms / 1000) * 1000
  for (const [unit, size] of steps) {
    const count = Math.floor(rest / size)
    if (count > 0) parts.push(`${count} ${unit}`)
    rest -= count * size
    if (parts.length === 2) break
  }
  return parts.join(' ')
}
