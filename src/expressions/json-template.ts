/**
 * JSON text in which `{{ }}` stands for a value (outside quotes) or for text (inside them).
 * A small parser of its own, so that mistakes are named in words and with their place.
 */
import { isInexact, type Json } from '#base/json.ts'
import type { Expression, ParseOptions, TemplatePart } from '#expressions/parse.ts'
import { parseExpression, parseHole } from '#expressions/parse.ts'
import { forbiddenKeys, placeIn, syntaxProblem } from '#expressions/problem.ts'

export type JsonNode =
  | { type: 'literal'; value: Json }
  | { type: 'value'; expression: Expression; start: number }
  | { type: 'text'; parts: TemplatePart[] }
  | { type: 'list'; items: JsonNode[] }
  | { type: 'object'; keys: string[]; values: JsonNode[] }

export interface JsonTemplate {
  text: string
  root: JsonNode
  /** Every expression with the place where its text begins. */
  expressions: { expression: Expression; start: number }[]
  /** The first whole number with more digits than a number keeps: another one is sent. */
  inexact: { number: string; at: number } | null
}

const maxDepth = 100
const escapes: Record<string, string> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

/** Parses a JSON template; a mistake is a FanwiseError that names its place. */
export function parseJsonTemplate(text: string, options: ParseOptions = {}): JsonTemplate {
  if (text.trim() === '') throw syntaxProblem('The JSON is empty.', text, 0, 'Write JSON, such as { } or { "email": "{{ event.data.email }}" }.')
  const reader = new Reader(text, options)
  const root = reader.value(0)
  reader.space()
  if (reader.at < text.length) throw reader.unexpected('the end of the JSON')
  return { text, root, expressions: reader.expressions, inexact: reader.inexact }
}

class Reader {
  at = 0
  readonly expressions: JsonTemplate['expressions'] = []
  inexact: JsonTemplate['inexact'] = null
  private readonly text: string
  private readonly options: ParseOptions

  constructor(text: string, options: ParseOptions) {
    this.text = text
    this.options = options
  }

  space(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at++
  }

  unexpected(wanted: string) {
    const here = this.text[this.at]
    return here === undefined
      ? syntaxProblem(`The JSON ends too early: expected ${wanted}.`, this.text, this.at)
      : syntaxProblem(`Expected ${wanted} but found \`${/^[\w$]+|./s.exec(this.text.slice(this.at))?.[0] ?? here}\` at ${placeIn(this.text, this.at)}.`, this.text, this.at,
        here === "'" ? 'JSON text is in double quotes.' : undefined)
  }

  value(depth: number): JsonNode {
    if (depth > maxDepth) throw syntaxProblem(`The JSON is nested more than ${maxDepth} levels deep.`, this.text, this.at)
    this.space()
    const { text } = this
    if (text.startsWith('{{', this.at)) return this.hole()
    switch (text[this.at]) {
      case '{': return this.object(depth)
      case '[': return this.list(depth)
      case '"': return this.string()
      default: return this.word()
    }
  }

  private hole(): JsonNode {
    const part = parseHole(this.text, this.at, this.options)
    this.at = part.end
    this.expressions.push({ expression: part.expression, start: part.sourceStart })
    return { type: 'value', expression: part.expression, start: part.sourceStart }
  }

  private object(depth: number): JsonNode {
    const keys: string[] = []
    const values: JsonNode[] = []
    this.at++
    this.space()
    if (this.text[this.at] === '}') return this.end({ type: 'literal', value: {} })
    for (;;) {
      this.space()
      if (this.text[this.at] !== '"') throw this.unexpected(keys.length === 0 ? 'a name in double quotes or `}`' : 'a name in double quotes')
      const nameAt = this.at
      const name = this.string()
      if (name.type !== 'literal') throw syntaxProblem(`A name cannot hold \`{{ }}\` (${placeIn(this.text, nameAt)}).`, this.text, nameAt, 'Build such an object in a Code step.')
      const key = String(name.value)
      if (forbiddenKeys.has(key)) throw syntaxProblem(`The name \`${key}\` cannot be used (${placeIn(this.text, nameAt)}).`, this.text, nameAt)
      this.space()
      if (this.text[this.at] !== ':') throw this.unexpected('`:`')
      this.at++
      const value = this.value(depth + 1)
      const known = keys.indexOf(key)
      if (known >= 0) values[known] = value
      else {
        keys.push(key)
        values.push(value)
      }
      this.space()
      if (this.text[this.at] === ',') this.at++
      else if (this.text[this.at] === '}') break
      else throw this.unexpected('`,` or `}`')
    }
    const literal = values.every((value) => value.type === 'literal')
    return this.end(literal ? { type: 'literal', value: Object.fromEntries(keys.map((key, i) => [key, (values[i] as { value: Json }).value])) } : { type: 'object', keys, values })
  }

  private list(depth: number): JsonNode {
    const items: JsonNode[] = []
    this.at++
    this.space()
    if (this.text[this.at] === ']') return this.end({ type: 'literal', value: [] })
    for (;;) {
      items.push(this.value(depth + 1))
      this.space()
      if (this.text[this.at] === ',') this.at++
      else if (this.text[this.at] === ']') break
      else throw this.unexpected('`,` or `]`')
    }
    return this.end(items.every((item) => item.type === 'literal') ? { type: 'literal', value: items.map((item) => (item as { value: Json }).value) } : { type: 'list', items })
  }

  private end(node: JsonNode): JsonNode {
    this.at++
    return node
  }

  private string(): JsonNode {
    const parts: TemplatePart[] = []
    const open = this.at
    let text = ''
    let textStart = ++this.at
    const flush = () => {
      if (text !== '') parts.push({ type: 'text', text, start: textStart, end: this.at })
      text = ''
    }
    for (;;) {
      const character = this.text[this.at]
      if (character === undefined) throw syntaxProblem(`The text that begins at ${placeIn(this.text, open)} is not closed.`, this.text, open, 'Add the closing quote.')
      if (character === '"') break
      if (character === '\\') text += this.escape()
      else if (character === '{' && this.text[this.at + 1] === '{') {
        flush()
        parts.push(this.textHole())
        textStart = this.at
      } else if (character < ' ') {
        throw syntaxProblem(`A line break inside text at ${placeIn(this.text, this.at)}.`, this.text, this.at, 'Write \\n for a line break.')
      } else {
        text += character
        this.at++
      }
    }
    flush()
    this.at++
    if (parts.every((part) => part.type === 'text')) return { type: 'literal', value: parts.map((part) => part.text).join('') }
    return { type: 'text', parts }
  }

  private escape(): string {
    const kind = this.text[this.at + 1] ?? ''
    const simple = escapes[kind]
    if (simple !== undefined) {
      this.at += 2
      return simple
    }
    const hex = kind === 'u' ? /^[0-9a-fA-F]{4}/.exec(this.text.slice(this.at + 2, this.at + 6))?.[0] : undefined
    if (hex === undefined) throw syntaxProblem(`\`\\${kind}\` at ${placeIn(this.text, this.at)} means nothing in JSON.`, this.text, this.at, 'Write \\\\ for a backslash.')
    this.at += 6
    return String.fromCharCode(parseInt(hex, 16))
  }

  /** Inside quotes an expression may be written as it is, or with its own quotes escaped as JSON asks. */
  private textHole(): TemplatePart {
    const start = this.at
    try {
      const part = parseHole(this.text, start, this.options)
      this.at = part.end
      this.expressions.push({ expression: part.expression, start: part.sourceStart })
      return part
    } catch (first) {
      const close = this.text.indexOf('}}', start)
      const inner = close < 0 ? '' : this.text.slice(start + 2, close)
      if (!inner.includes('\\"')) throw first
      const expression = parseExpression(inner.replaceAll('\\"', '"').replaceAll('\\\\', '\\'), this.options)
      this.at = close + 2
      this.expressions.push({ expression, start: start + 2 })
      return { type: 'expression', expression, start, end: close + 2, sourceStart: start + 2 }
    }
  }

  private word(): JsonNode {
    const rest = this.text.slice(this.at, this.at + 400)
    const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])/.exec(rest)?.[0]
    if (number !== undefined) {
      if (isInexact(number)) this.inexact ??= { number, at: this.at }
      this.at += number.length
      return { type: 'literal', value: Number(number) }
    }
    const word = /^(?:true|false|null)(?!\w)/.exec(rest)?.[0]
    if (word === undefined) throw this.unexpected('a value')
    this.at += word.length
    return { type: 'literal', value: JSON.parse(word) as Json }
  }
}
