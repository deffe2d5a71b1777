/** Completing a person's name after `@`. Pure. */
import type { Mentionable } from '#base/mentions.ts'

export interface OpenMention {
  /** Where the `@` stands. */
  start: number
  typed: string
}

const longest = 40
const shownMost = 6

/** The mention the caret is in; null when it is in none. */
export function openMention(text: string, caret: number): OpenMention | null {
  // Before an @ the caret is in none; looking back from -1 would find one at 0.
  const start = caret === 0 ? -1 : text.lastIndexOf('@', caret - 1)
  if (start < 0 || caret - start > longest) return null
  if (start > 0 && /[\p{L}\p{N}_.]/u.test(text[start - 1]!)) return null
  const typed = text.slice(start + 1, caret)
  return /\n|\s{2}|^\s/.test(typed) ? null : { start, typed }
}

/** Who fits what is typed: names that begin with it first. Nobody once a name is complete and something follows. */
export function fittingPeople<P extends Mentionable>(people: readonly P[], typed: string): P[] {
  const wanted = typed.toLowerCase()
  const rank = ({ handle, email }: P): number => {
    const names = [handle.toLowerCase(), email.toLowerCase()]
    if (names.some((name) => name.startsWith(wanted))) return 0
    if (names.some((name) => name.split(/[\s.@_-]+/).some((word) => word.startsWith(wanted)))) return 1
    return 2
  }
  return people.filter((one) => rank(one) < 2).sort((a, b) => rank(a) - rank(b)).slice(0, shownMost)
}

/** The text with the name put in, and where the caret goes. */
export function insertMention(text: string, { start, typed }: OpenMention, handle: string): { text: string; caret: number } {
  const after = text.slice(start + 1 + typed.length)
  const put = `@${handle}${/^[\s,.:;)]/.test(after) ? '' : ' '}`
  return { text: `${text.slice(0, start)}${put}${after}`, caret: start + put.length }
}
