/** Code to begin with, written with the fields that are really there. Pure. */
import { memberPath, type Readable } from '../inspector/readable-data.ts'
import type { Shape } from './shape.ts'

export interface CodeTemplate {
  label: string
  /** What it is good for. */
  about: string
  code: string
}

/** `readable` is what the step can read: of a list or field that is not known, a likely name stands for it. */
export function codeTemplates(readable: Readable): CodeTemplate[] {
  const list = firstList(readable) ?? { path: 'event.data.items', items: null }
  const fields = fieldsOf(readable)
  const items = `const items = ${list.path} ?? []\n`
  const amount = memberOf(list.items, 'number') ?? 'amount'
  const group = memberOf(list.items, 'string') ?? 'kind'
  return [
    { label: 'Make a new object', about: 'Later steps read what is returned.', code: `return {\n${fields.map(({ name, path }) => `  ${name}: ${path},`).join('\n')}\n  at: new Date(event.ts).toISOString(),\n}\n` },
    { label: 'Go through a list', about: 'Keeps some of its items, changed.', code: `${items}const kept = []\nfor (const item of items) {\n  // Leave out what is not needed: if (…) continue\n  kept.push({ item, place: kept.length + 1 })\n}\nreturn { count: kept.length, kept }\n` },
    { label: 'Add up a list', about: 'A sum and how many there are.', code: `${items}let total = 0\nfor (const item of items) total += Number(${isPlain(list.items) ? 'item' : memberPath('item', amount)} ?? 0)\nreturn { count: items.length, total }\n` },
    { label: 'Group a list', about: 'Items under what they have in common.', code: `${items}const groups: Record<string, unknown[]> = {}\nfor (const item of items) {\n  const name = String(${isPlain(list.items) ? 'item' : memberPath('item', group)})\n  groups[name] = [...(groups[name] ?? []), item]\n}\nreturn groups\n` },
    { label: 'Reckon with dates', about: 'Days from when the event happened.', code: 'const days = 14\nconst due = new Date(event.ts + days * 24 * 60 * 60 * 1000)\nconst weekdays = [\'Sunday\', \'Monday\', \'Tuesday\', \'Wednesday\', \'Thursday\', \'Friday\', \'Saturday\']\nreturn { due: due.toISOString(), weekday: weekdays[due.getUTCDay()] }\n' },
    { label: 'Stop when something is missing', about: 'The step fails with a sentence of your own.', code: `if (!${fields[0]!.path}) {\n  throw new Error('${fields[0]!.path} is missing.')\n}\nreturn { ok: true }\n` },
  ]
}

const isPlain = (items: Shape | null): boolean => items !== null && items.seen > 0 && items.members.size === 0

function memberOf(items: Shape | null, kind: 'number' | 'string'): string | undefined {
  return [...(items?.members ?? [])].find(([, member]) => member.kinds.has(kind))?.[0]
}

/** The first list in what can be read, with the shape of its items. */
function firstList({ sources }: Readable): { path: string; items: Shape | null } | null {
  for (const { path, shape } of sources) {
    if (path === 'item' || path === 'index') continue
    const open = [{ path, shape }]
    for (let at = open.shift(); at !== undefined; at = open.shift()) {
      if (at.shape.kinds.has('list')) return { path: at.path, items: at.shape.items }
      for (const [key, member] of at.shape.members) open.push({ path: memberPath(at.path, key), shape: member })
    }
  }
  return null
}

const fieldsMost = 3

/** Some single values of the event, else of a step, under their own names. */
function fieldsOf({ sources }: Readable): { name: string; path: string }[] {
  for (const { path, shape } of sources.filter((one) => one.path !== 'item' && one.path !== 'index')) {
    const found = [...shape.members].filter(([key, member]) => /^[A-Za-z_]\w*$/.test(key) && !member.kinds.has('object') && !member.kinds.has('list')).slice(0, fieldsMost)
    if (found.length > 0) return found.map(([key]) => ({ name: key, path: memberPath(path, key) }))
  }
  return [{ name: 'email', path: 'event.data.email' }]
}
