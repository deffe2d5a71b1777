/** Picks from the start of a payload's text the value people would call it by. */
const preferred = ['email', 'orderId', 'order_id', 'userId', 'user_id', 'customerId', 'id', 'name', 'slug', 'key', 'number']
const member = /"([A-Za-z_][A-Za-z0-9_]*)"\s*:\s*("(?:[^"\\]|\\.){1,120}"|-?\d+(?:\.\d+)?)/g

/** Works on cut-off JSON too, so it reads text instead of parsing. */
export function tellingValue(dataStart: string): string | null {
  let best: { rank: number; value: string } | null = null
  for (const match of dataStart.matchAll(member)) {
    const rank = preferred.indexOf(match[1] as string)
    if (rank < 0 || (best !== null && best.rank <= rank)) continue
    const value = unquote(match[2] as string)
    if (value !== null) best = { rank, value }
  }
  return best?.value ?? null
}

function unquote(text: string): string | null {
  try {
    return String(JSON.parse(text))
  } catch {
    return null
  }
}

const fieldCharactersMost = 48

/** The members that tell one payload from another, those people would call it by first. Reads cut-off text too. */
export function tellingFields(dataStart: string, most: number): [string, string][] {
  const found: { name: string; value: string; rank: number }[] = []
  for (const [, name, text] of dataStart.matchAll(member)) {
    const value = unquote(text as string)
    if (value === null || value === '' || found.some((one) => one.name === name)) continue
    const rank = preferred.indexOf(name as string)
    found.push({ name: name as string, value: value.length > fieldCharactersMost ? `${value.slice(0, fieldCharactersMost - 1)}…` : value, rank: rank < 0 ? preferred.length : rank })
  }
  return found.sort((a, b) => a.rank - b.rank).slice(0, most).map(({ name, value }) => [name, value])
}
