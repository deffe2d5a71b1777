/** Who is mentioned in a text: `@` and a person's name or e-mail address. Pure: the server decides by it, the browser marks by it. */
export interface Mentionable {
  id: string
  /** What completion writes after the `@`. */
  handle: string
  email: string
}

export interface Mention {
  id: string
  /** As it is written in the text, without the `@`. */
  handle: string
}

/** A person's name where nobody else has it, else the address. */
export function handlesOf(people: readonly { id: string; name: string | null; email: string }[]): Mentionable[] {
  const plain = (name: string | null): string => (name ?? '').trim().replaceAll(/\s+/g, ' ')
  const counts = new Map<string, number>()
  for (const { name } of people) counts.set(plain(name).toLowerCase(), (counts.get(plain(name).toLowerCase()) ?? 0) + 1)
  return people.map(({ id, name, email }) => {
    const own = plain(name)
    return { id, email, handle: own !== '' && counts.get(own.toLowerCase()) === 1 ? own : email }
  })
}

/** Each person once. The longest name that fits counts: "@Ada Brandt" is not Ada. */
export function mentionedIn(text: string, people: readonly Mentionable[]): Mention[] {
  const found = new Map<string, string>()
  for (const { start, length, id } of mentionPlaces(text, people)) if (!found.has(id)) found.set(id, text.slice(start + 1, start + length))
  return [...found].map(([id, handle]) => ({ id, handle }))
}

/** Where in a text they stand, the `@` included. */
export function mentionPlaces(text: string, people: readonly Mentionable[]): { start: number; length: number; id: string }[] {
  const names = people.flatMap(({ id, handle, email }) => (handle === email ? [{ id, name: email }] : [{ id, name: handle }, { id, name: email }]))
    .sort((a, b) => b.name.length - a.name.length)
  const places: { start: number; length: number; id: string }[] = []
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    if (at > 0 && /[\p{L}\p{N}_.]/u.test(text[at - 1]!)) continue
    // Not in the text in small letters as a whole: some are longer than their capitals (İ), and places behind them would shift.
    const hit = names.find(({ name }) => name !== '' && text.slice(at + 1, at + 1 + name.length).toLowerCase() === name.toLowerCase() && endsAt(text, at + 1 + name.length))
    if (hit === undefined) continue
    places.push({ start: at, length: hit.name.length + 1, id: hit.id })
    at += hit.name.length
  }
  return places
}

/** No letter goes on there, and nothing that joins one on. */
function endsAt(text: string, end: number): boolean {
  return !/^(?:[\p{L}\p{N}_]|[-.@][\p{L}\p{N}])/u.test(text.slice(end, end + 4))
}
