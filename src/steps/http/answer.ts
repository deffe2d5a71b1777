/** Texts of requests and answers as values. */
import { FanwiseError } from '#base/errors.ts'
import { parseExactJson, type Json } from '#base/json.ts'
import type { HttpConfig } from '#steps/http/definition.ts'
import type { OutgoingResponse } from '#steps/kind.ts'

export function parsed(text: string, contentType: string): Json {
  const looksJson = /[/+]json\b/i.test(contentType) || (contentType === '' && /^\s*[[{]/.test(text))
  if (!looksJson) return text
  try {
    return parseExactJson(text)
  } catch {
    return text
  }
}

/** The body, read as the step wants it. Asked for JSON, anything else is an error that names what came. */
export function bodyValue(response: OutgoingResponse, as: HttpConfig['response']): Json {
  if (as === 'text') return response.body
  if (as !== 'json') return parsed(response.body, response.headers['content-type'] ?? '')
  if (response.body.trim() === '') return null
  try {
    return parseExactJson(response.body)
  } catch {
    throw new FanwiseError('step_refused', `The answer is not JSON: it begins with "${response.body.trim().slice(0, 60)}".`, {
      fix: 'Check the address, or read the answer as text.', facts: { status: response.status, type: response.headers['content-type'] ?? '', body: response.body.slice(0, 1000) },
    })
  }
}
