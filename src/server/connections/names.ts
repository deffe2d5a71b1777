/**
 * Names of connections and secrets. Steps go by them, so a name that was given up still leads to the same thing,
 * and to no other, until it is forgotten.
 */
import { FanwiseError } from '#base/errors.ts'

export interface Named {
  name: string
  earlierNames: string[]
}

const earlierMost = 20

/** By its name, or by one it had before. */
export const findNamed = <T extends Named>(rows: readonly T[], name: string): T | undefined => rows.find((row) => row.name === name) ?? rows.find((row) => row.earlierNames.includes(name))

/** @throws conflict when the name leads to another one already, whatever its case */
export function checkFree(others: readonly Named[], name: string, what: 'connection' | 'secret'): void {
  const same = (one: string): boolean => one.toLowerCase() === name.toLowerCase()
  if (others.some((other) => same(other.name))) throw new FanwiseError('conflict', `There is a ${what} ${name} already.`, { field: 'name', fix: 'Change that one, or use another name.' })
  const former = others.find((other) => other.earlierNames.some(same))
  if (former === undefined) return
  throw new FanwiseError('conflict', `${name} is an earlier name of the ${what} ${former.name}, and steps may still use it.`, { field: 'name', fix: `Use another name, or let ${former.name} forget this one first.` })
}

/** What it was called before, after a change of its name and without what is to be forgotten. */
export function earlierAfter(row: Named, name: string, forget: readonly string[] = []): string[] {
  const kept = [...row.earlierNames, ...(name === row.name ? [] : [row.name])].filter((one) => one !== name && !forget.includes(one))
  if (kept.length <= earlierMost) return kept
  throw new FanwiseError('conflict', `It has had ${earlierMost} other names already.`, { field: 'name', fix: 'Let it forget some that no step uses.' })
}
