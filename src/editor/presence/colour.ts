/** Violet, blue, brown, olive and their kin; none means a state. White reads on each, and each stands out on both canvases. */
export const peopleColours = ['#8E4BA6', '#3D6FB5', '#A0592A', '#55762A', '#B0407C', '#6260C4', '#86651F', '#7C5A6B']

/** A colour for a person or a window, always the same. */
export const colourOf = (id: string): string => peopleColours[hash(id) % peopleColours.length]!

/** A colour for each, in the order they came: the same in every window, and no two alike while there are enough. */
export function coloursOf(clientIds: string[]): Map<string, string> {
  const colours = new Map<string, string>()
  for (const id of clientIds) {
    const first = peopleColours.indexOf(colourOf(id))
    const inTurn = [...peopleColours.slice(first), ...peopleColours.slice(0, first)]
    const taken = new Set(colours.values())
    colours.set(id, inTurn.find((one) => !taken.has(one)) ?? inTurn[0]!)
  }
  return colours
}

function hash(text: string): number {
  let sum = 0
  for (let i = 0; i < text.length; i++) sum = (sum * 31 + text.charCodeAt(i)) >>> 0
  return sum
}

/** "Ada Brandt" → AB. */
export function initials(name: string): string {
  const words = name.replace(/@.*/, '').split(/[\s._-]+/).filter(Boolean)
  return ((words[0]?.[0] ?? '?') + (words.length > 1 ? words.at(-1)![0]! : '')).toUpperCase()
}
