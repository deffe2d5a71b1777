/**
 * A text of a config, compiled once and rendered per run (or per item). Expressions that need
 * the sandbox are listed in `expressions`; their values are given to `renderWith` in that order.
 */
import { FanwiseError } from '#base/errors.ts'
import type { Json } from '#base/json.ts'
import type { Read, Scope } from '#expressions/interpret.ts'
import { compileTree, requirePath } from '#expressions/interpret.ts'
import type { JsonNode } from '#expressions/json-template.ts'
import { parseJsonTemplate } from '#expressions/json-template.ts'
import type { Expression, TemplatePart } from '#expressions/parse.ts'
import { parseExpression, parseTemplate } from '#expressions/parse.ts'
import { missingValue } from '#expressions/problem.ts'
import type { Reference } from '#expressions/references.ts'
import type { Tree } from '#expressions/tree.ts'
import { pathText } from '#expressions/tree.ts'

export type TemplateKind = 'template' | 'json' | 'expression'

export interface TemplateOptions {
  scope?: readonly string[] | undefined
  escape?: 'html' | 'url' | undefined
}

export interface CompiledTemplate {
  needsSandbox: boolean
  /** Sources for the sandbox, in the order of the values `renderWith` wants. */
  expressions: string[]
  references: Reference[]
  /** True when there is nothing to fill in. */
  constant: boolean
  /** The value, when nothing needs the sandbox. */
  render(scope: Scope): Json
  /** Throws for a required path that is not there; call it before the sandbox is asked. */
  check(scope: Scope): void
  /** The value, given what the sandbox answered. */
  renderWith(scope: Scope, values: readonly Json[]): Json
}

type Build = (scope: Scope, values: readonly Json[]) => Json

interface Hole {
  /** undefined and null pass. */
  read: (scope: Scope, values: readonly Json[]) => unknown
  label: string
  /** The expression says itself what to do when there is nothing. */
  guarded: boolean
}

/** Compiles a text of the given kind. Mistakes in it are thrown as FanwiseError. */
export function compileTemplate(text: string, kind: TemplateKind, options: TemplateOptions = {}): CompiledTemplate {
  const compiler = new Compiler()
  const build = compiler.build(text, kind, options)
  const { sandboxed, references, required } = compiler
  const needsSandbox = sandboxed.length > 0
  return {
    needsSandbox,
    expressions: sandboxed,
    references,
    constant: compiler.holes === 0,
    render(scope) {
      if (needsSandbox) throw new FanwiseError('internal', 'This text needs the sandbox.')
      return build(scope, [])
    },
    check(scope) {
      for (const reference of required) requirePath(scope, reference.root, reference.path)
    },
    renderWith: build,
  }
}

class Compiler {
  readonly sandboxed: string[] = []
  readonly references: Reference[] = []
  /** Paths that sandboxed expressions read whatever happens. */
  readonly required: Reference[] = []
  holes = 0

  build(text: string, kind: TemplateKind, options: TemplateOptions): Build {
    if (kind === 'json') return this.json(parseJsonTemplate(text, options).root)
    if (kind === 'expression') return valueOf(this.hole(parseExpression(text, options)))
    const template = parseTemplate(text, options)
    const [first] = template.parts
    if (template.whole && first?.type === 'expression') return valueOf(this.hole(first.expression))
    return this.text(template.parts, escaper(text, options.escape))
  }

  private hole(expression: Expression): Hole {
    this.holes++
    this.references.push(...expression.references)
    const label = expression.source.length > 80 ? `${expression.source.slice(0, 79)}…` : expression.source
    if (expression.tree !== null) {
      return { read: compileTree(expression.tree) as Read, label, guarded: isGuarded(expression.tree) }
    }
    this.required.push(...expression.references.filter((reference) => !reference.optional))
    const index = this.sandboxed.push(expression.source) - 1
    return { read: (_scope, values) => values[index], label, guarded: /\?\?|\?\.|\|\|/.test(expression.source) }
  }

  private text(parts: TemplatePart[], escape: Escape): Build {
    const pieces = parts.map((part) => (part.type === 'text' ? part.text : this.hole(part.expression)))
    if (pieces.every((piece) => typeof piece === 'string')) {
      const fixed = pieces.join('')
      return () => fixed
    }
    const escapes = parts.map(escape)
    return (scope, values) => {
      let text = ''
      for (let i = 0; i < pieces.length; i++) {
        const piece = pieces[i]!
        text += typeof piece === 'string' ? piece : escapes[i]!(textOf(piece.read(scope, values), piece))
      }
      return text
    }
  }

  private json(node: JsonNode): Build {
    switch (node.type) {
      case 'literal': {
        const { value } = node
        return () => value
      }
      case 'value':
        return valueOf(this.hole(node.expression))
      case 'text':
        return this.text(node.parts, () => asIs)
      case 'list': {
        const items = node.items.map((item) => this.json(item))
        return (scope, values) => items.map((item) => item(scope, values))
      }
      case 'object': {
        const { keys } = node
        const members = node.values.map((value) => this.json(value))
        return (scope, values) => {
          const object: Record<string, Json> = {}
          for (let i = 0; i < keys.length; i++) object[keys[i]!] = members[i]!(scope, values)
          return object
        }
      }
    }
  }
}

function isGuarded(tree: Tree): boolean {
  switch (tree.type) {
    case 'path': return tree.links.some((link) => link.optional)
    case 'nullish': case 'or': case 'choose': return true
    case 'and': return isGuarded(tree.right)
    case 'literal': return tree.value === null || tree.value === undefined
    default: return false
  }
}

/** The value of an expression that stands alone. Nothing is null only when the expression says so. */
function valueOf(hole: Hole): Build {
  return (scope, values) => {
    const value = hole.read(scope, values)
    if (value === undefined) {
      if (hole.guarded) return null
      throw missingValue(hole.label, 'missing')
    }
    if (typeof value === 'number' && !Number.isFinite(value)) {
      throw new FanwiseError('step_input', `\`${hole.label}\` gives ${Number.isNaN(value) ? 'no number' : 'an infinite number'}.`, { fix: 'Check the values it calculates with.' })
    }
    return value as Json
  }
}

/** The text of a value inside other text: never "undefined", "null" or "[object Object]". */
function textOf(value: unknown, hole: Hole): string {
  switch (typeof value) {
    case 'string': return value
    case 'boolean': return String(value)
    case 'number':
      if (Number.isFinite(value)) return String(value)
      throw new FanwiseError('step_input', `\`${hole.label}\` gives no number that can be put into text.`, { fix: 'Check the values it calculates with.' })
    default:
      if (value === null || value === undefined) {
        if (hole.guarded) return ''
        throw missingValue(hole.label, value === null ? 'null' : 'missing')
      }
      return JSON.stringify(value)
  }
}

type Escape = (part: TemplatePart) => (text: string) => string
const asIs = (text: string) => text

/** Tags make a text HTML; plain text keeps its characters, also around `<ada@example.com>` and `<https://…>`. */
export function looksLikeHtml(text: string): boolean {
  return /<\/?[a-z][a-z0-9-]*(?:\s[^>]*)?\/?>|<!doctype/i.test(text)
}

/** Escaping follows the text as drawn; only a value that is the whole of it decides for itself. */
export function becomesHtml(drawn: string, value: string): boolean {
  if (looksLikeHtml(drawn)) return true
  try {
    return looksLikeHtml(value) && parseTemplate(drawn).whole
  } catch {
    return false
  }
}

function escaper(text: string, kind: TemplateOptions['escape']): Escape {
  if (kind === 'html' && looksLikeHtml(text)) return () => escapeHtml
  return kind === 'url' ? addressEscaper(text) : () => asIs
}

/** Host and what comes before it are left alone, also where a value is all of that; one behind it, in path or query, cannot break out of its place. */
function addressEscaper(text: string): Escape {
  const blanked = text.replace(/\{\{[^]*?\}\}/g, (hole) => '_'.repeat(hole.length))
  const before = /^\s*(?:(?:[a-z][a-z0-9+.-]*|_+):\/\/[^/?#]*|_[^/?#]*(?<!:))?[/?#]/i.exec(blanked)
  const from = before?.[0].length ?? Infinity
  const path = blanked.search(/[?#]/)
  return ({ start, end }) => {
    if (start < from) return asIs
    const isSegment = (path < 0 || start < path) && blanked[start - 1] === '/' && /^(?:[/?#]|\s*$)/.test(blanked.slice(end))
    return isSegment ? (value) => encoded(notUp(value)) : encoded
  }
}

/** Half a character cannot be encoded; what is sent elsewhere gets this one in its place, too. */
const encoded = (value: string): string => encodeURIComponent(value.replace(/\p{Surrogate}/gu, '\ufffd'))

/** Addresses have no way to write these two otherwise than as "here" and "up". */
function notUp(value: string): string {
  if (value !== '.' && value !== '..') return value
  throw new FanwiseError('step_input', `A part of the path is “${value}”, which leads to another address.`, { fix: 'Check the value that is put in there.' })
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!)
}

/** Text of a reference, for messages. */
export function referenceText(reference: Reference): string {
  return pathText(reference.root, reference.path)
}
