/**
 * Completion of paths and functions in texts with expressions: what is being typed at a caret,
 * which candidates fit, and the text after one is chosen. Pure; fields and Monaco both use it.
 */
export type FieldLanguage = 'template' | 'json' | 'expression' | 'cel'

export interface Candidate {
  /** As it is written: `event.data.email`, `toUpperCase()`. */
  path: string
  /** Today's value, short; empty when unknown. */
  value: string
  /** "text", "number", "list"; what it does, for functions. */
  type: string
  /** Not there in some of the events. */
  sometimes?: boolean
  /** A function: what is written, with `|` where the caret goes. */
  call?: string
}

/** What stands at the caret. */
export interface Place {
  /** The path typed before the word, without `?`; empty at its beginning. */
  base: string
  word: string
  /** Where the whole path begins. */
  start: number
  /** What a choice takes the place of. */
  from: number
  to: number
  /** Between base and word: `.`, `?.`, `[` or nothing. */
  joint: string
  /** The braces the caret is in; `close` is where `}}` begins, null when they are open. */
  hole: { open: number; close: number | null } | null
  /** A path typed outside braces, which gets them. */
  wrap: boolean
}

const roots = ['event', 'steps', 'item', 'index', 'run', 'env', 'secrets', 'async', 'events', 'approvals']
const takesHoles = (language: FieldLanguage): boolean => language === 'template' || language === 'json'

/** The braces around a caret: between them, not on them. */
export function holeAt(text: string, caret: number): Place['hole'] {
  const open = caret < 2 ? -1 : text.lastIndexOf('{{', caret - 2)
  if (open < 0) return null
  const end = text.indexOf('}}', open + 2)
  if (end >= 0 && end < caret) return null
  const next = text.indexOf('{{', caret)
  return { open, close: end < 0 || (next >= 0 && next < end) ? null : end }
}

const tail = /([A-Za-z_$][\w$]*(?:\??\.[A-Za-z_$][\w$]*|(?:\?\.)?\[(?:\d+|"[^"\]]*"|'[^'\]]*')\])*)?(\??\.|\[["']?[^"'\]]*)?$/
const words: ReadonlySet<string> = new Set(['true', 'false', 'null', 'undefined', 'in', 'typeof', 'new'])

/** What could be completed at the caret; null where a path makes no sense. */
export function placeAt(text: string, caret: number, language: FieldLanguage): Place | null {
  const hole = takesHoles(language) ? holeAt(text, caret) : null
  const begin = hole === null ? 0 : hole.open + 2
  const before = text.slice(begin, caret)
  const outside = takesHoles(language) && hole === null
  if (!outside && inQuotes(before)) return null
  const match = tail.exec(before)
  const chain = match?.[1] ?? ''
  const last = match?.[2] ?? ''
  const start = caret - chain.length - last.length
  const left = text[start - 1] ?? ''
  if (start > begin && (/[\w$.)\]]/.test(left) || (outside && !/[\s("'=:,>]/.test(left)))) return null
  if (chain === '' && last !== '') return null
  const split = splitChain(chain, last)
  if (split === null || (words.has(split.word) && split.base === '')) return null
  if (outside && (split.base === '' || !roots.includes(/^[\w$]+/.exec(split.base)![0]))) return null
  const after = (split.joint === '[' ? /^[\w$]*["']?\]?/ : /^[\w$]*/).exec(text.slice(caret))![0].length
  const from = split.base === '' ? start : caret - split.tail
  return { base: split.base, word: split.word, joint: split.joint, start, from, to: caret + after, hole, wrap: outside }
}

function splitChain(chain: string, last: string): { base: string; word: string; joint: string; tail: number } | null {
  const plainBase = (base: string): string => base.replaceAll('?.', '.').replaceAll('.[', '[').replaceAll("'", '"')
  if (last !== '') {
    const bracket = last.startsWith('[')
    return { base: plainBase(chain), word: bracket ? last.replace(/^\[["']?/, '') : '', joint: bracket ? '[' : last, tail: last.length }
  }
  const end = /(\??\.)([\w$]+)$/.exec(chain)
  if (end !== null) return { base: plainBase(chain.slice(0, end.index)), word: end[2]!, joint: end[1]!, tail: end[0].length }
  return chain.endsWith(']') ? null : { base: '', word: chain, joint: '', tail: chain.length }
}

/** True at the end of a text whose last quote is not closed. */
function inQuotes(text: string): boolean {
  let quote = ''
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!
    if (quote !== '' && character === '\\') i++
    else if (quote === '' && (character === '"' || character === "'" || character === '`')) {
      // A key in brackets is part of a path.
      if (text[i - 1] !== '[') quote = character
      else if (/^["'][^"'\]]*$/.test(text.slice(i))) return false
      else i = Math.max(i, text.indexOf(']', i))
    } else if (character === quote) quote = ''
  }
  return quote !== ''
}

const lastWord = (path: string): string => /([\w$]+)\W*$/.exec(path.replace(/\(.*$/, ''))?.[1] ?? path

/** The candidates that fit what is typed, best first. */
export function rank(candidates: readonly Candidate[], place: Place, most = 60): Candidate[] {
  const within = place.base === '' ? candidates.filter((one) => one.call === undefined || !one.path.startsWith('.')) : candidates.filter((one) => isBelow(one.path, place.base))
  const word = place.word.toLowerCase()
  const scored = within.flatMap((one, index) => {
    const score = word === '' ? (one.call === undefined ? 2 : 1) : scoreOf(one.path.slice(place.base.length), word)
    return score === 0 ? [] : [{ one, score: score - (one.call === undefined ? 0 : 0.5), index }]
  })
  const ranked = scored.sort((a, b) => b.score - a.score || a.index - b.index).slice(0, most).map(({ one }) => one)
  return isDone(ranked, place) ? [] : ranked
}

/** What is typed is the only thing that fits, and there are no braces to close. */
function isDone(ranked: readonly Candidate[], { base, word, hole, wrap }: Place): boolean {
  return ranked.length === 1 && ranked[0]!.path === (base === '' ? word : `${base}.${word}`) && !wrap && (hole === null || hole.close !== null)
}

const isBelow = (path: string, base: string): boolean => path.startsWith(base) && /^(\.|\[|\?\.)/.test(path.slice(base.length))

/** How well a word fits the end of a path: whole, its beginning, the beginning of a part, somewhere, its letters in order. */
function scoreOf(path: string, word: string): number {
  const end = lastWord(path)
  const lower = end.toLowerCase()
  if (lower === word) return 100
  if (lower.startsWith(word)) return 80
  if (end.split(/(?=[A-Z])|_/).some((part) => part.toLowerCase().startsWith(word))) return 60
  if (path.toLowerCase().split(/[^\w$]+/).some((part) => part.startsWith(word))) return 50
  if (word.length > 1 && lower.includes(word)) return 40
  if (word.length > 1 && path.toLowerCase().includes(word)) return 30
  return word.length > 2 && inOrder(lower, word) ? 10 : 0
}

function inOrder(text: string, word: string): boolean {
  let at = 0
  for (const character of text) if (character === word[at]) at++
  return at === word.length
}

export interface Edited {
  /** The part of the old text that goes. */
  from: number
  to: number
  /** What stands there instead. */
  inserted: string
  /** Where the caret is afterwards. */
  caret: number
}

/** The edit that a choice is. In braces it closes them when nothing else is in them, and the caret stands behind. */
export function choose(text: string, place: Place, candidate: Candidate): Edited {
  const written = candidate.call ?? candidate.path
  const path = place.base === '' || written.startsWith('|') ? written : `${joined(place, written.slice(place.base.length))}`
  const stop = path.indexOf('|')
  const body = path.replace('|', '')
  if (place.wrap) {
    const { start } = place
    const whole = `{{ ${text.slice(start, place.from)}${body} }}`
    return { from: start, to: place.to, inserted: whole, caret: start + (stop < 0 ? whole.length : '{{ '.length + place.from - start + stop) }
  }
  const { hole, from, to } = place
  const done: Edited = { from, to, inserted: body, caret: from + (stop < 0 ? body.length : stop) }
  if (hole === null) return done
  const first = text.slice(hole.open + 2, from)
  if (first === '') {
    done.inserted = ` ${done.inserted}`
    done.caret++
  }
  if (hole.close === null) {
    done.inserted += ' }}'
    if (stop < 0) done.caret = from + done.inserted.length
  } else if (text.slice(to, hole.close).trim() === '' && stop < 0) {
    // Nothing follows in these braces: the caret goes behind them.
    const gap = text.slice(to, hole.close) === '' ? ' ' : ''
    done.inserted += gap
    done.caret = from + done.inserted.length + (hole.close - to) + 2
  }
  return done
}

/** A typed `?.` stays, so that what follows it is still optional. */
function joined(place: Place, rest: string): string {
  if (place.joint !== '?.') return rest
  return rest.startsWith('.') ? `?${rest}` : `?.${rest}`
}

/** The edit that puts a path at a selection: with braces where the text around it is plain. Never between two braces, nor into another path. */
export function insertAt(text: string, start: number, end: number, path: string, language: FieldLanguage): Edited {
  if (!takesHoles(language)) return { from: start, to: end, inserted: path, caret: start + path.length }
  const from = start === end ? offPath(text, offBraces(text, start)) : offBraces(text, start)
  const to = Math.max(from, offBraces(text, end))
  const inserted = holeAt(text, from) === null ? `{{ ${path} }}` : path
  return { from, to, inserted, caret: from + inserted.length }
}

const lonePath = /^\s*[A-Za-z_$][\w$]*(?:\??\.[A-Za-z_$][\w$]*|(?:\?\.)?\[[^\]]*\])*\s*$/

/** Braces that hold one path are full: what is put there stands behind them. */
function offPath(text: string, at: number): number {
  const hole = holeAt(text, at)
  return hole !== null && hole.close !== null && lonePath.test(text.slice(hole.open + 2, hole.close)) ? hole.close + 2 : at
}

function offBraces(text: string, at: number): number {
  if (text.slice(at - 1, at + 1) === '{{') return at - 1
  return text.slice(at - 1, at + 1) === '}}' ? at + 1 : at
}

export const applied = (text: string, { from, to, inserted }: Edited): string => text.slice(0, from) + inserted + text.slice(to)
