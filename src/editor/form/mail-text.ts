/** A mail's texts as they will be sent. What has no value yet stands as it is written, marked. Pure. */
import { parseTemplate } from '#expressions/parse.ts'
import { escapeHtml } from '#expressions/template.ts'
import type { Json } from '#base/json.ts'
import type { Readable } from '../inspector/readable-data.ts'
import { tryText, type Outcome } from './try-text.ts'

export interface MailText {
  text: string
  /** Some of it is not known with the data at hand. */
  partly: boolean
}

const asText = (value: Json): string => (value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value))

/** `outcome` is what the whole text comes to; where it comes to nothing, each part is tried alone. A list of `recipients` is sent to each of them. */
export function mailText(text: string, outcome: Outcome, readable: Readable, options: { html: boolean; item: boolean; recipients?: boolean }): MailText {
  if (outcome.kind === 'value') return { text: options.recipients === true && Array.isArray(outcome.value) ? outcome.value.map(asText).join(', ') : asText(outcome.value), partly: false }
  try {
    const { parts } = parseTemplate(text, { scope: options.item ? ['item', 'index'] : [] })
    if (parts.every((part) => part.type === 'text')) return { text, partly: false }
    return {
      partly: true,
      text: parts.map((part) => {
        if (part.type === 'text') return part.text
        const alone = tryText(`{{ ${part.expression.source} }}`, 'template', readable, { item: options.item })
        const shown = alone.kind === 'value' ? asText(alone.value) : `‹${part.expression.source}›`
        return options.html ? escapeHtml(shown) : shown
      }).join(''),
    }
  } catch {
    return { text, partly: true }
  }
}

export function isRead(text: string): boolean {
  // One brace at the end: an expression begins.
  if (/(?:^|[^{])\{$/.test(text)) return false
  try {
    parseTemplate(text, { scope: ['item', 'index'] })
    return true
  } catch {
    return false
  }
}
