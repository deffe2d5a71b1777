/** A colour for a person: the same in every window, dark enough for white text. */
const hues = [262, 200, 12, 150, 320, 35, 230, 90]

export function colourOf(clientId: string): string {
  let sum = 0
  for (let i = 0; i < clientId.length; i++) sum = (sum * 31 + clientId.charCodeAt(i)) >>> 0
  return `hsl(${hues[sum % hues.length]} 65% 38%)`
}

/** "Ada Brandt" → AB. */
export function initials(name: string): string {
  const words = name.replace(/@.*/, '').split(/[\s._-]+/).filter(Boolean)
  return ((words[0]?.[0] ?? '?') + (words.length > 1 ? words.at(-1)![0]! : '')).toUpperCase()
}
