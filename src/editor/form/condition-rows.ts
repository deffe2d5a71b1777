/**
 * A condition as rows of "path, operator, value", and as the text that the engine evaluates: CEL for
 * triggers and waits, JavaScript for the Condition step. Texts that say more than rows can are left
 * as texts. Pure.
 */
export type ConditionLanguage = 'cel' | 'expression'

export const operators = ['is', 'is-not', '>', '>=', '<', '<=', 'contains', 'not-contains', 'starts', 'ends', 'there', 'missing'] as const
export type Operator = (typeof operators)[number]

export interface ConditionRow {
  left: string
  operator: Operator
  /** As people write it: 100, true, pro, "100" for text that looks like a number, or a path. */
  value: string
}

export interface Condition {
  /** `all` rows hold, or `any` of them. */
  join: 'all' | 'any'
  rows: ConditionRow[]
}

export const takesValue = (operator: Operator): boolean => operator !== 'there' && operator !== 'missing'
/** A row without its path or value says nothing yet. */
export const isWhole = (row: ConditionRow): boolean => row.left.trim() !== '' && (!takesValue(row.operator) || row.value.trim() !== '')

/** What a row that was begun lacks, which is why it does not count; null when there is none. */
export function unfinishedRow(rows: readonly ConditionRow[]): string | null {
  const index = rows.findIndex((row) => !isWhole(row) && `${row.left}${row.value}`.trim() !== '')
  if (index < 0) return null
  return `Row ${index + 1} has no ${rows[index]!.left.trim() === '' ? 'path yet and does not count until it has one.' : 'value yet and does not count until it has one. An empty text is written "".'}`
}

const roots = new Set(['event', 'async', 'steps', 'run', 'env', 'item', 'index', 'events'])
const pathPattern = /^[A-Za-z_$][\w$]*(?:\??\.[A-Za-z_$][\w$]*|\[\d+\])*$/
/** As numbers are written: 007 is a text, and so is a row of digits too long to be exact. */
const numberPattern = /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?$/
const isPath = (text: string): boolean => pathPattern.test(text) && roots.has(/^[\w$]+/.exec(text)![0])
/** As the value of a row, a name alone is a word: "event" or "run" is nothing to compare with, and `item` is in no condition's scope. */
const isValuePath = (text: string): boolean => /[.[]/.test(text) && isPath(text)

const methods: Record<ConditionLanguage, Partial<Record<Operator, string>>> = {
  cel: { contains: 'contains', 'not-contains': 'contains', starts: 'startsWith', ends: 'endsWith' },
  expression: { contains: 'includes', 'not-contains': 'includes', starts: 'startsWith', ends: 'endsWith' },
}
const signs: Record<ConditionLanguage, Partial<Record<Operator, string>>> = {
  cel: { is: '==', 'is-not': '!=', '>': '>', '>=': '>=', '<': '<', '<=': '<=' },
  expression: { is: '===', 'is-not': '!==', '>': '>', '>=': '>=', '<': '<', '<=': '<=' },
}

/** The text of the rows that are whole; empty when none is. */
export function textOfRows({ join, rows }: Condition, language: ConditionLanguage): string {
  return rows.filter(isWhole).map((row) => textOfRow(row, language)).join(join === 'all' ? ' && ' : ' || ')
}

function textOfRow({ left, operator, value }: ConditionRow, language: ConditionLanguage): string {
  const path = left.trim()
  if (operator === 'there') return language === 'cel' ? celPresence(path) : `${path} != null`
  if (operator === 'missing') return language === 'cel' ? `!${celPresence(path)}` : `${path} == null`
  const method = methods[language][operator]
  if (method !== undefined) return `${operator === 'not-contains' ? '!' : ''}${path}.${method}(${textLiteralOf(value)})`
  return `${path} ${signs[language][operator]} ${literalOf(value)}`
}

/** `has` takes no index and fails where a parent is missing, so below the first member each part is optional. */
function celPresence(path: string): string {
  if (/^\w+\.data\.[\w$]+$/.test(path) || /^\w+\.\w+$/.test(path)) return `has(${path})`
  // What is typed may be no path at all: the compiler says so of the text.
  const [, begin = '', rest = path] = /^(\w+(?:\.data)?)(.*)$/.exec(path) ?? []
  return `${begin}${rest.replaceAll('.', '.?').replaceAll('[', '[?')}.hasValue()`
}

function literalOf(value: string): string {
  const text = value.trim()
  if (numberPattern.test(text) || text === 'true' || text === 'false' || text === 'null' || isValuePath(text)) return text
  const quoted = unquote(text)
  return JSON.stringify(quoted ?? text)
}

/** What is looked for inside a text is text, whatever it looks like. */
function textLiteralOf(value: string): string {
  const text = value.trim()
  return isValuePath(text) ? text : JSON.stringify(unquote(text) ?? text)
}

/** How a text is written so that it is not taken for something else. */
function wordOf(text: string): string {
  const bare = text !== '' && text === text.trim() && literalOf(text) === JSON.stringify(text)
  return bare ? text : JSON.stringify(text)
}

function unquote(text: string): string | null {
  if (text.length < 2 || text[0] !== text.at(-1)) return null
  try {
    if (text[0] === '"') return JSON.parse(text) as string
  } catch {
    return null
  }
  return text[0] === "'" && !/['\\\n]/.test(text.slice(1, -1)) ? text.slice(1, -1) : null
}

interface Token {
  kind: 'path' | 'number' | 'string' | 'sign'
  text: string
}

const tokenPattern = /\s*(?:([A-Za-z_$][\w$]*(?:\??\.\??[A-Za-z_$][\w$]*|\[\??\d+\])*)|(-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?)(?![\w.])|("(?:[^"\\\n]|\\.)*"|'[^'\\\n]*')|(===|!==|==|!=|>=|<=|&&|\|\||[><!()]))/y

function tokensOf(text: string): Token[] | null {
  const tokens: Token[] = []
  const end = text.trimEnd().length
  tokenPattern.lastIndex = 0
  while (tokenPattern.lastIndex < end) {
    const match = tokenPattern.exec(text)
    if (match === null) return null
    const [, path, number, string, sign] = match
    tokens.push(path !== undefined ? { kind: 'path', text: path } : number !== undefined ? { kind: 'number', text: number } : string !== undefined ? { kind: 'string', text: string } : { kind: 'sign', text: sign! })
  }
  return tokens
}

/** Null when the text says more than rows can. Empty text is no rows. */
export function rowsOfText(text: string, language: ConditionLanguage): Condition | null {
  if (text.trim() === '') return { join: 'all', rows: [] }
  const tokens = tokensOf(text)
  if (tokens === null) return null
  const rows: ConditionRow[] = []
  let join: string | null = null
  let part: Token[] = []
  for (const token of [...tokens, null]) {
    const joins = token === null || (token.kind === 'sign' && (token.text === '&&' || token.text === '||'))
    if (!joins) {
      part.push(token)
      continue
    }
    if (token !== null) {
      if (join !== null && join !== token.text) return null
      join = token.text
    }
    const row = rowOf(part, language)
    if (row === null) return null
    rows.push(row)
    part = []
  }
  return { join: join === '||' ? 'any' : 'all', rows }
}

function rowOf(tokens: Token[], language: ConditionLanguage): ConditionRow | null {
  const negated = tokens[0]?.kind === 'sign' && tokens[0].text === '!'
  const [first, second, third, fourth, ...rest] = negated ? tokens.slice(1) : tokens
  if (language === 'cel' && first?.kind === 'path' && first.text.endsWith('.hasValue') && second?.text === '(' && third?.text === ')' && fourth === undefined) {
    const left = first.text.slice(0, -'.hasValue'.length).replaceAll('?', '')
    return isPath(left) && celPresence(left) === `${first.text}()` ? { left, operator: negated ? 'missing' : 'there', value: '' } : null
  }
  if (first?.kind !== 'path' || second?.kind !== 'sign' || third === undefined || rest.length > 0) return null
  if (second.text === '(') return fourth?.text === ')' && fourth.kind === 'sign' ? callOf(first.text, third, negated, language) : null
  if (negated || fourth !== undefined || !isPath(first.text)) return null
  if (language === 'expression' && third.text === 'null' && third.kind === 'path' && (second.text === '==' || second.text === '!=')) {
    return { left: first.text, operator: second.text === '==' ? 'missing' : 'there', value: '' }
  }
  const sign = language === 'expression' ? second.text.replace(/^==$/, '===').replace(/^!=$/, '!==') : second.text
  const operator = operators.find((one) => signs[language][one] === sign)
  const value = valueOf(third)
  return operator === undefined || value === null ? null : { left: first.text, operator, value }
}

function callOf(callee: string, argument: Token, negated: boolean, language: ConditionLanguage): ConditionRow | null {
  if (callee === 'has') return language === 'cel' && argument.kind === 'path' && isPath(argument.text) ? { left: argument.text, operator: negated ? 'missing' : 'there', value: '' } : null
  const dot = callee.lastIndexOf('.')
  const left = callee.slice(0, Math.max(0, dot)).replace(/\?$/, '')
  const operator = operators.find((one) => methods[language][one] === callee.slice(dot + 1) && (one === 'not-contains') === negated)
  const value = valueOf(argument)
  return operator === undefined || value === null || callee[dot - 1] === '?' || !isPath(left) ? null : { left, operator, value }
}

function valueOf(token: Token): string | null {
  if (token.kind === 'number') return token.text
  if (token.kind === 'path') return token.text === 'true' || token.text === 'false' || token.text === 'null' || isValuePath(token.text) ? token.text : null
  if (token.kind !== 'string') return null
  const text = unquote(token.text)
  return text === null ? null : wordOf(text)
}
