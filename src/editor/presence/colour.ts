/** Violet, blue, brown, olive and their kin; none means a state. White reads on each, and each stands out on both canvases. */
export const peopleColours = ['#8E4BA6', '#3D6FB5', '#A0592A', '#55762A', '#B0407C', '#6260C4', '#86651F', '#7C5A6B']

/** A colour for a person: the same in every window. */
export function colourOf(clientId: string): string {
  let sum = 0
  for (let i = 0; i < clientId.length; i++) sum = (sum * 31 + clientId.charCodeAt(i)) >>> 0
  return peopleColours[sum % peopleColours.length]!
}

/** "Ada Brandt" → AB. */
export function initials(name: string): string {
  const words = name.replace(/@.*/, '').split(/[\s._-]+/).filter(Boolean)
  return ((words[0]?.[0] ?? '?') + (words.length > 1 ? words.at(-1)![0]! : '')).toUpperCase()
}
