/** What an emit step sends, beside what the functions that react read of it. Pure. */
import type { Json, JsonObject } from '#base/json.ts'
import { isJsonObject } from '#base/json.ts'
import { parseJsonTemplate, type JsonNode } from '#expressions/json-template.ts'
import type { EventRead } from '#graph/event-reads.ts'
import type { Candidate } from './complete.ts'

export interface Reader {
  slug: string
  /** Slug of its workflow; absent in this drawing. */
  workflow?: string
  reads: EventRead[]
}

export interface WantedField {
  path: string[]
  /** Who reads it. */
  by: { slug: string; workflow?: string | undefined }[]
  /** Somebody fails without it. */
  required: boolean
  sent: boolean
}

/** Every field somebody reads, missing ones first. `value` is what the text comes to, where that is known. */
export function wantedFields(readers: readonly Reader[], text: string, value: Json | undefined): WantedField[] {
  const fields = new Map<string, WantedField>()
  const root = parsed(text)
  for (const { slug, workflow, reads } of readers) {
    for (const { path, required } of reads) {
      const key = JSON.stringify(path)
      let field = fields.get(key)
      if (field === undefined) fields.set(key, (field = { path, by: [], required: false, sent: root === null || isSent(root, path, value) }))
      field.by.push({ slug, workflow })
      field.required ||= required
    }
  }
  return [...fields.values()].sort((a, b) => Number(a.sent) - Number(b.sent) || Number(b.required) - Number(a.required))
}

function parsed(text: string): JsonNode | null {
  try {
    return parseJsonTemplate(text, { scope: ['item', 'index'] }).root
  } catch {
    return null
  }
}

/** What is put in by an expression counts as there, unless its value is known and says otherwise. */
function isSent(node: JsonNode, path: readonly string[], value: Json | undefined): boolean {
  const [key, ...rest] = path
  if (key === undefined) return true
  const inside = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
  switch (node.type) {
    case 'object': {
      const at = node.keys.indexOf(key)
      return at >= 0 && isSent(node.values[at]!, rest, inside)
    }
    case 'literal': return holds(node.value, path)
    case 'value': return value === undefined || holds(value, path)
    default: return false
  }
}

function holds(value: Json | undefined, path: readonly string[]): boolean {
  const [key, ...rest] = path
  return key === undefined ? value !== undefined : isJsonObject(value) && Object.hasOwn(value, key) && holds(value[key], rest)
}

/** The expression that most likely gives a field: the same path, else a value of the same name. */
export function likelySource(path: readonly string[], candidates: readonly Candidate[]): string | undefined {
  const end = `.${path.join('.')}`
  const name = `.${path.at(-1)!}`
  const fitting = candidates.filter((one) => one.call === undefined && one.path !== 'event.name' && one.path !== 'event.id')
  return (fitting.find((one) => one.path === `item${end}`) ?? fitting.find((one) => one.path === `event.data${end}`) ?? fitting.find((one) => one.path.endsWith(end)) ?? fitting.find((one) => one.path.endsWith(name)))?.path
}

/** The JSON text with one more field; null when the place for it is no object. `now`: what the text comes to, where that is known. */
export function addField(text: string, path: readonly string[], source: string | undefined, now?: Json): string | null {
  const lone = /^\s*\{\{\s*([a-z_]\w*(?:\.\w+)*)\s*\}\}\s*$/i.exec(text)?.[1]
  if (lone !== undefined) return isJsonObject(now) ? addField(spelledOut(lone, now), path, source) : null
  const start = text.search(/\S/)
  const value = source === undefined ? '""' : `{{ ${source} }}`
  return start < 0 ? nest(path, value) : addAt(text, start, path, value)
}

/** What `{{ item }}` sends, field by field. */
function spelledOut(from: string, value: JsonObject): string {
  const fields = Object.keys(value).map((key) => `  ${JSON.stringify(key)}: {{ ${from}${/^[a-z_$][\w$]*$/i.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`} }}`)
  return fields.length === 0 ? '{}' : `{\n${fields.join(',\n')}\n}`
}

const nest = (path: readonly string[], value: string): string => path.reduceRight((inner, key) => `{ ${JSON.stringify(key)}: ${inner} }`, value)

function addAt(text: string, start: number, path: readonly string[], value: string): string | null {
  const object = readObject(text, start)
  const [key, ...rest] = path
  if (object === null || key === undefined) return null
  const known = object.members.find((one) => one.key === key)
  if (known !== undefined) return rest.length === 0 ? null : addAt(text, known.from, rest, value)
  const member = `${JSON.stringify(key)}: ${rest.length === 0 ? value : nest(rest, value)}`
  const last = object.members.at(-1)
  if (last === undefined) return `${text.slice(0, start)}{ ${member} }${text.slice(object.close + 1)}`
  // Written as its neighbours are: on a line of its own, or behind them.
  const before = text.slice(start, object.members[0]!.at)
  const gap = before.includes('\n') ? `,${before.slice(before.lastIndexOf('\n'))}` : ', '
  return `${text.slice(0, last.to)}${gap}${member}${text.slice(last.to)}`
}

interface Member {
  key: string
  /** Where its name begins. */
  at: number
  /** Its value. */
  from: number
  to: number
}

function readObject(text: string, start: number): { members: Member[]; close: number } | null {
  if (text[start] !== '{' || text[start + 1] === '{') return null
  const members: Member[] = []
  let i = blank(text, start + 1)
  while (i < text.length && text[i] !== '}') {
    if (text[i] !== '"') return null
    const at = i
    const end = skip(text, i)
    const from = blank(text, blank(text, end) + 1)
    const to = skip(text, from)
    members.push({ key: nameOf(text.slice(at, end)), at, from, to })
    i = blank(text, to)
    if (text[i] === ',') i = blank(text, i + 1)
  }
  return i < text.length ? { members, close: i } : null
}

const blank = (text: string, i: number): number => i + /^\s*/.exec(text.slice(i))![0].length

function nameOf(quoted: string): string {
  try {
    return String(JSON.parse(quoted))
  } catch {
    return quoted
  }
}

/** The end of the value that begins here: braces, text, object, list or word. */
function skip(text: string, start: number): number {
  if (text.startsWith('{{', start)) {
    const end = text.indexOf('}}', start)
    return end < 0 ? text.length : end + 2
  }
  if (text[start] === '"') {
    let i = start + 1
    while (i < text.length && text[i] !== '"') i = text.startsWith('{{', i) ? skip(text, i) : i + (text[i] === '\\' ? 2 : 1)
    return i + 1
  }
  if (text[start] !== '{' && text[start] !== '[') return start + Math.max(1, /^[^\s,}\]]*/.exec(text.slice(start))![0].length)
  let i = start + 1
  while (i < text.length && text[i] !== '}' && text[i] !== ']') i = /["{[]/.test(text[i]!) ? skip(text, i) : i + 1
  return i + 1
}
