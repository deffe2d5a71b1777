import { z } from 'zod'
import type { Json } from '#base/json.ts'
import { brief, durationField, durationOr, field, outPort, optionalText, pairsField, required } from '#steps/field.ts'
import { isPath } from '#steps/http/base-path.ts'
import type { FieldMeta, StepKindDefinition } from '#steps/kind.ts'

export const pagesMax = 50

/** Pages are read into one list, which changes what the step gives. */
export const isPaged = (pages: unknown): boolean => pages !== undefined && pages !== 'one'
const paged = ['link', 'cursor', 'count', 'skip']

function laterText(meta: FieldMeta, max = 20_000) {
  return z.string().max(max).optional().meta(field(meta))
}

/** By the way to sign in: the fields it cannot be without. Of user and password, services leave out either. */
const missingToSignIn: Record<string, Record<string, string>> = {
  bearer: { token: 'Give one, such as {{ secrets.CRM_TOKEN }}.' },
  header: { authName: 'Name the header, such as X-Api-Key.', authValue: 'Give its value, such as {{ secrets.CRM_KEY }}.' },
}

/** What is wrong with the host of a drawn address, as far as it is not computed. */
function hostProblem(text: string): string | null {
  const [, scheme = '', written = ''] = /^\s*(https?|playground):\/\/((?:\{\{[^]*?\}\}|[^/?#\\])*)/i.exec(text.trimEnd()) ?? []
  const drawn = written.replaceAll(/\{\{[^]*?\}\}/g, '…')
  const host = drawn.slice(drawn.lastIndexOf('@') + 1)
  // An expression that is still being written says so itself.
  if (host.includes('{{')) return null
  // Tabs and line breaks are left out of addresses by all who read them.
  if (/[^\S\t\r\n]/.test(host)) return `"${host}" is not a host: it has a space in it. Take the space out.`
  return host !== '' && !host.includes('…') && scheme.toLowerCase() !== 'playground' && !URL.canParse(`https://${host}`) ? `"${host}" is not a host. Write one such as api.example.com.` : null
}

const config = z.object({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD']).default('GET').meta(field({ label: 'Method', control: 'select' })),
  url: required('Give the address to call.', {
    label: 'URL',
    expr: 'template',
    escape: 'url',
    placeholder: 'https://api.example.com/contacts',
    help: 'With a connection, a path is enough. playground:// is a built-in practice service. Values are encoded.',
  }, 4000).superRefine((text, context) => {
    if (/^\s*[/\\]{2}/.test(text)) context.addIssue({ code: 'custom', message: 'It begins like the address of another host. A path begins with one /.' })
    else if (!/^\s*(https?:\/\/|playground:\/\/|\{\{|\/)/i.test(text) && text.trim() !== '') {
      context.addIssue({ code: 'custom', message: 'The address starts with https://, http:// or playground://. With a connection it may be a path, which starts with /.' })
    }
    const problem = hostProblem(text)
    if (problem !== null) context.addIssue({ code: 'custom', message: problem })
  }),
  query: pairsField({ label: 'Query' }, { name: 'Name', value: 'Value', missing: 'Name the query parameter.' }),
  // Fields that came later have no default, so that steps drawn before them keep their version.
  auth: z.enum(['none', 'connection', 'bearer', 'basic', 'header']).optional().meta(field({
    label: 'Sign in with', control: 'select', options: { none: 'Nothing', connection: 'A connection', bearer: 'Bearer token', basic: 'User and password', header: 'A header of its own' },
  })),
  connection: laterText({ label: 'Connection', control: 'connection', when: { field: 'auth', in: ['connection'] }, placeholder: 'CRM' }, 60),
  token: laterText({ label: 'Token', expr: 'template', when: { field: 'auth', in: ['bearer'] }, placeholder: '{{ secrets.CRM_TOKEN }}', help: 'Sent as Authorization: Bearer …' }),
  user: laterText({ label: 'User', expr: 'template', when: { field: 'auth', in: ['basic'] }, placeholder: '{{ env.CRM_USER }}' }),
  password: laterText({ label: 'Password', expr: 'template', when: { field: 'auth', in: ['basic'] }, placeholder: '{{ secrets.CRM_PASSWORD }}' }),
  authName: laterText({ label: 'Header name', when: { field: 'auth', in: ['header'] }, placeholder: 'X-Api-Key' }, 256),
  authValue: laterText({ label: 'Header value', expr: 'template', when: { field: 'auth', in: ['header'] }, placeholder: '{{ secrets.CRM_KEY }}', help: 'Hidden wherever the request is shown.' }),
  headers: pairsField(
    { label: 'Headers', help: 'Idempotency-Key is sent by itself, so a retry is not done twice.' },
    { name: 'Header', value: 'Value', missing: 'Name the header.' },
  ),
  bodyType: z.enum(['none', 'json', 'form', 'text']).default('none').meta(field({
    label: 'Body', control: 'select', options: { none: 'No body', json: 'JSON', form: 'Form fields', text: 'Text' },
  })),
  body: z.string().max(200_000).default('').meta(field({
    label: 'JSON', expr: 'json', control: 'json', when: { field: 'bodyType', in: ['json'] }, placeholder: '{ "email": "{{ event.data.email }}" }',
  })),
  form: pairsField({ label: 'Form fields', when: { field: 'bodyType', in: ['form'] } }, { name: 'Name', value: 'Value', missing: 'Name the form field.' }),
  text: optionalText({ label: 'Text', expr: 'template', control: 'multiline', when: { field: 'bodyType', in: ['text'] } }, 200_000),
  response: z.enum(['auto', 'json', 'text']).optional().meta(field({
    label: 'Read the answer', control: 'select', options: { auto: 'As its type says', json: 'As JSON', text: 'As text' },
  })),
  pages: z.enum(['one', 'link', 'cursor', 'count', 'skip']).optional().meta(field({
    label: 'Pages', control: 'select',
    options: { one: 'One answer', link: 'Follow the link to the next', cursor: 'Send back a cursor', count: 'Count up a page number', skip: 'Skip what was read' },
    help: 'More than one become one list: steps.<key>.items.',
  })),
  nextPath: laterText({ label: 'Where the next link is', when: { field: 'pages', in: ['link'] }, placeholder: 'links.next', help: 'Path in the body. Empty: the Link header.' }, 200),
  cursorPath: laterText({ label: 'Where the cursor is', when: { field: 'pages', in: ['cursor'] }, placeholder: 'next_cursor', help: 'Path in the body. Where there is none, the list ends.' }, 200),
  cursorParam: laterText({ label: 'Parameter', when: { field: 'pages', in: ['cursor'] }, placeholder: 'cursor', help: 'Sent from the second page on.' }, 100),
  pageParam: laterText({ label: 'Parameter', when: { field: 'pages', in: ['count'] }, placeholder: 'page', help: 'Counts from 1 until a page has no items.' }, 100),
  skipParam: laterText({ label: 'Parameter', when: { field: 'pages', in: ['skip'] }, placeholder: 'offset', help: 'How many items came before, from 0, until a page has none.' }, 100),
  itemsPath: laterText({ label: 'Where the items are', when: { field: 'pages', in: paged }, placeholder: 'data', help: 'Path of the list in the body. Empty: the body is the list.' }, 200),
  maxPages: z.number().int('Give a whole number of pages.').min(1, 'At least 1 page is read.').max(pagesMax, `At most ${pagesMax} pages are read.`).optional().meta(field({
    label: 'Pages at most', when: { field: 'pages', in: paged }, placeholder: String(pagesMax),
  })),
  timeout: durationField({ label: 'Give up after', initial: '30s', minMs: 100, maxMs: 300_000 }),
  failOn: z.enum(['non-2xx', 'never']).default('non-2xx').meta(field({
    label: 'The step fails', control: 'select',
    options: { 'non-2xx': 'When the answer is not 2xx', never: 'Only when nothing answers' },
    help: 'Timeouts, 408, 425, 429 and 5xx are tried again; other answers are final.',
  })),
}).superRefine((c, context) => {
  for (const [name, message] of Object.entries(missingToSignIn[c.auth ?? 'none'] ?? {})) {
    if ((c[name as 'token'] ?? '').trim() === '') context.addIssue({ code: 'custom', path: [name], message })
  }
  if (c.auth === 'basic' && `${c.user ?? ''}${c.password ?? ''}`.trim() === '') context.addIssue({ code: 'custom', path: ['user'], message: 'Say who signs in, or with which password.' })
})

export type HttpConfig = z.infer<typeof config>

export const httpDefinition: StepKindDefinition<HttpConfig> = {
  kind: 'http',
  label: 'HTTP request',
  blurb: 'Calls a service and keeps its answer.',
  icon: 'IconWorld',
  group: 'steps',
  config,
  initial: () => ({ method: 'POST', url: '', query: [], headers: [], bodyType: 'json', body: bodyAtFirst, form: [], text: '', timeout: '30s', failOn: 'non-2xx' }),
  along: bodyAlong,
  ports: () => outPort,
  describe: (c) => {
    if (isPath(c.url ?? '')) return `${c.method ?? 'GET'} ${brief(c.url.trim().split('?')[0], 28)}`
    const target = brief(c.url, 200).replace(/^(https?|playground):\/\//i, '').split(/[/?]/)[0] ?? ''
    return target === '' || target.includes('{{') ? `HTTP ${c.method ?? 'GET'}` : `${c.method ?? 'GET'} ${brief(target, 28)}`
  },
  effect: 'outside',
  leaves: true,
  secretFields: (c) => (c.auth === 'bearer' ? ['token'] : c.auth === 'basic' ? ['password'] : c.auth === 'header' ? ['authValue'] : []),
  connection: (c) => (c.auth === 'connection' ? (c.connection ?? '').trim() : null),
  // A little longer than the request's own limit, whose message names the host.
  timeoutMs: (c) => Math.min(600_000, durationOr(c.timeout, 30_000) * (isPaged(c.pages) ? c.maxPages ?? pagesMax : 1)) + 2_000,
  recordsInput: true,
  belowBase: (c) => isPath(c.url ?? ''),
  reaches: (c) => (isPath(c.url ?? '') ? `the connection ${(c.connection ?? '').trim()}` : hostOf(c.url ?? '')),
  example: (c): Json => (isPaged(c.pages)
    ? { status: 200, headers: {}, items: [], pages: 1, more: false }
    : { status: 200, headers: {}, body: c.response === 'text' ? '' : {} }),
}

const bodyAtFirst = '{}'
const bodiless = (method: unknown): boolean => method === 'GET' || method === 'HEAD'

/** What only reads has no body unless a person asks for one; the JSON that a new step begins with comes back with the method. */
function bodyAlong(c: HttpConfig, name: string, value: Json | undefined): Partial<HttpConfig> {
  if (name !== 'method' || bodiless(c.method) === bodiless(value)) return {}
  if (bodiless(value)) return c.bodyType === 'json' && ['', bodyAtFirst].includes((c.body ?? '').trim()) ? { bodyType: 'none' } : {}
  return c.bodyType === 'none' && c.body === bodyAtFirst ? { bodyType: 'json' } : {}
}

/** As far as the drawn address says; the playground is inside. */
function hostOf(url: string): string | null {
  if (/^\s*playground:\/\//i.test(url)) return null
  const host = url.trim().replace(/^https?:\/\//i, '').split(/[/?#]/)[0] ?? ''
  return host === '' || host.includes('{{') ? 'an address from data' : host.replace(/^.*@/, '')
}
