/** docs/api.md, made from the table of calls: a line for each, by group. */
import { z } from 'zod'
import type { ApiRoute } from '#server/api/route.ts'

const intro = `# The API, call by call

<!-- Made from src/server/api by the test src/server/api/api-page.test.ts. Change the table of calls, then renew this page. -->

Addresses are below \`/api/v1\` of your server. Send an API key from *Settings* with each call: \`Authorization: Bearer fw_api_…\`. Bodies and answers are JSON. A key reaches one workspace.

- Lists are \`{ data, nextCursor }\`. Send \`nextCursor\` as \`cursor\` for the page that follows; it is null on the last one.
- Errors are \`{ error: { code, message, field?, fix? } }\`: what is wrong, where, and what to do. 503 and 429 come with \`Retry-After\`.
- Times are ISO 8601. A time in an answer is UTC.
- \`GET /api/v1/openapi.json\` describes every field, and needs no key.

Fields that a call cannot do without are **bold**; the others may be left out. In the column of answers stands the status of success.
`

/** The page's text. */
export function apiPage(routes: ApiRoute[]): string {
  const groups = [...new Set(routes.map((route) => route.tag))]
  return intro + groups.map((tag) => `\n## ${tag}\n\n| call | what it does | takes | answers |\n|---|---|---|---|\n${routes.filter((route) => route.tag === tag).map(line).join('')}`).join('')
}

function line(route: ApiRoute): string {
  const answers = Object.entries(route.answers).map(([status, { description }]) => `${status}: ${description.charAt(0).toLowerCase()}${description.slice(1)}`)
  return `| \`${route.method} ${route.path}\` | ${cell(route.summary)} | ${cell(takes(route)) || '–'} | ${cell(answers.join('; '))} |\n`
}

function takes(route: ApiRoute): string {
  return [
    ...(route.query === undefined ? [] : [`query: ${fields(route.query)}`]),
    ...(route.body === undefined ? [] : [`body${route.body.safeParse(undefined).success ? ', if any' : ''}: ${fields(route.body)}`]),
  ].join('; ')
}

interface Shape {
  type?: string
  properties?: Record<string, unknown>
  required?: string[]
  items?: Shape
  anyOf?: Shape[]
}

function fields(schema: z.ZodType): string {
  return named(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as Shape)
}

function named({ type, properties, required = [], items, anyOf }: Shape): string {
  if (anyOf !== undefined) return anyOf.map(named).join(', or ')
  if (type === 'array') return items?.properties === undefined ? 'an array' : 'an array of those'
  return Object.keys(properties ?? {}).map((name) => (required.includes(name) ? `**${name}**` : name)).join(', ')
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
