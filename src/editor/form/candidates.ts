/** Everything a field can read, as a list to choose from. Pure. */
import type { Json } from '#base/json.ts'
import { isJsonObject } from '#base/json.ts'
import { isOptional, kindWord, type Shape } from '../code/shape.ts'
import { memberPath, shortValue, type DataSource, type Readable } from '../inspector/readable-data.ts'
import type { Candidate, FieldLanguage } from './complete.ts'
import { functionsFor } from './language-help.ts'

const candidatesMost = 600
const deepest = 7

const ofSource = new WeakMap<DataSource, Candidate[]>()

/** The paths of one source: itself, then what is in it. */
export function pathsOf(source: DataSource): Candidate[] {
  let paths = ofSource.get(source)
  if (paths === undefined) {
    paths = []
    walk(paths, source.path, source.shape, source.value, 0, false)
    if (source.mayFail) paths.push({ path: `${source.path}?.error?.message`, value: '', type: 'when it failed' })
    ofSource.set(source, paths)
  }
  return paths
}

function walk(paths: Candidate[], path: string, shape: Shape, value: Json | undefined, depth: number, sometimes: boolean): void {
  if (paths.length >= candidatesMost) return
  paths.push({ path, value: shortValue(value, 48), type: typeWord(shape, value), ...(sometimes ? { sometimes } : {}) })
  if (depth >= deepest) return
  const held = isJsonObject(value) ? value : {}
  for (const [key, member] of shape.members) walk(paths, memberPath(path, key), member, Object.hasOwn(held, key) ? held[key] : undefined, depth + 1, sometimes || isOptional(shape, member))
  if (shape.items !== null && shape.items.seen > 0) walk(paths, memberPath(path, 0), shape.items, Array.isArray(value) ? value[0] : undefined, depth + 1, sometimes)
}

function typeWord(shape: Shape, value: Json | undefined): string {
  return Array.isArray(value) ? `list of ${value.length.toLocaleString('en')}` : kindWord(shape)
}

const always: Candidate[] = [
  { path: 'event.id', value: '', type: 'text' }, { path: 'event.name', value: '', type: 'text' }, { path: 'event.ts', value: '', type: 'number' },
]
const running: Candidate[] = [
  { path: 'run.id', value: '', type: 'text' }, { path: 'run.attempt', value: '', type: 'number' }, { path: 'run.function', value: '', type: 'text' }, { path: 'env', value: '', type: 'settings' },
]

const lists = new WeakMap<Readable, Map<string, Candidate[]>>()

/** All paths of a step, function or line; with `item`, also those of the item it repeats for. CEL reads events only. */
export function candidatesOf(readable: Readable, language: FieldLanguage, item: boolean): Candidate[] {
  const kind = `${language === 'cel' ? 'cel' : 'js'} ${item ? 'item' : ''}`
  let known = lists.get(readable)
  if (known === undefined) lists.set(readable, (known = new Map()))
  let list = known.get(kind)
  if (list === undefined) known.set(kind, (list = build(readable, language, item)))
  return list
}

function build(readable: Readable, language: FieldLanguage, item: boolean): Candidate[] {
  const cel = language === 'cel'
  const { event } = readable.scope
  const sources = readable.sources.filter(({ path }) => (path === 'item' || path === 'index' ? item && !cel : path.startsWith('steps.') ? !cel : true))
  const known = always.map((one) => ({ ...one, value: shortValue(event?.[one.path.slice('event.'.length)]) }))
  const eventPaths = sources.filter((one) => one.path === 'event.data').flatMap(pathsOf)
  const rest = sources.filter((one) => one.path.startsWith('steps.')).flatMap(pathsOf)
  const own = sources.filter((one) => one.path === 'item' || one.path === 'index').flatMap(pathsOf)
  const ran = cel ? [] : running.map((one) => ({ ...one, value: shortValue(readable.scope.run[one.path.slice('run.'.length)]) }))
  const seen = new Set<string>()
  const paths = [...own, ...(eventPaths.length === 0 ? [{ path: 'event.data', value: '', type: 'object' }] : eventPaths), ...rest, ...known, ...ran]
  return [...paths.filter((one) => !seen.has(one.path) && seen.add(one.path)), ...functionsFor(cel ? 'cel' : 'js')]
}

/** With the functions that can follow what is typed. */
export function withMethods(candidates: readonly Candidate[], base: string, language: FieldLanguage): Candidate[] {
  const at = base === '' ? undefined : candidates.find((one) => one.path === base && one.call === undefined)
  return at === undefined ? [...candidates] : [...candidates, ...functionsFor(language === 'cel' ? 'cel' : 'js', { path: base, type: at.type })]
}
