/** What a connection is made of, and where its secret may go. Pure. */
import { z } from 'zod'

export const connectionKinds = ['bearer', 'basic', 'header', 'query', 'oauth2'] as const
export type ConnectionKind = (typeof connectionKinds)[number]

export const secretMin = 4
export const secretMax = 16_000

const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
/** Set by the connection itself, or sent along to other hosts on a redirect. */
const headersNotAllowed = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'upgrade', 'keep-alive', 'te', 'trailer', 'expect', 'proxy-authorization', 'proxy-connection', 'accept', 'accept-language', 'content-type', 'user-agent', 'idempotency-key'])

export const connectionName = z.string().trim().min(1, 'Give it a name, such as CRM.').max(60, 'Use at most 60 characters.').regex(/^[^\p{Cc}{}‹›]+$/u, 'Use letters, digits, spaces and dashes.')

const hostPattern = /^(?:\*\.)?(?=.{1,253}(?::\d{1,5})?$)[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$|^playground:\/\/[a-z0-9-]+$/
const host = z.string().trim().toLowerCase().regex(hostPattern, 'Write hosts such as api.example.com, *.example.com or localhost:8080.')
export const hostList = z.array(host).max(20, 'At most 20 hosts.').transform((list) => [...new Set(list)])

const address = (what: string) => z.string().trim().max(2000).refine((text) => /^(https?:\/\/|playground:\/\/)[^\s/]/i.test(text) && URL.canParse(text), `${what} starts with https://, such as https://api.example.com.`)
const oneLine = (max: number) => z.string().trim().max(max).regex(/^[^\p{Cc}]*$/u, 'Use text of one line.')

export const connectionConfig = z.object({
  /** Its host is where the secret goes; [Test] calls below it. */
  baseUrl: address('The base address').optional(),
  /** More hosts the secret may go to. */
  hosts: hostList.default([]),
  /** What the service allows, as its documentation says; for reckoning, nothing is held back by it. */
  callsPerMinute: z.number().int('Give a whole number of calls a minute.').min(1, 'Give at least 1 call a minute.').max(1_000_000, 'Give at most 1,000,000 calls a minute.').optional(),
  /** basic */
  user: oneLine(300).optional(),
  /** header: its name; query: the parameter's. */
  parameter: oneLine(200).optional(),
  /** header: text before the secret, such as `Token `. */
  before: z.string().max(60).regex(/^[^\p{Cc}]*$/u, 'Use text of one line.').optional(),
  /** oauth2 */
  tokenUrl: address('The token address').optional(),
  clientId: oneLine(500).optional(),
  scope: oneLine(1000).optional(),
  audience: oneLine(1000).optional(),
  /** Where client id and secret stand in the request for a token. */
  clientAuth: z.enum(['header', 'body']).optional(),
})
export type ConnectionConfig = z.output<typeof connectionConfig>

export const connectionInput = z.object({ kind: z.enum(connectionKinds), config: connectionConfig }).superRefine(({ kind, config }, context) => {
  const need = (field: keyof ConnectionConfig, message: string) => {
    if ((config[field] ?? '') === '') context.addIssue({ code: 'custom', path: ['config', field], message })
  }
  if (config.baseUrl === undefined && config.hosts.length === 0) context.addIssue({ code: 'custom', path: ['config', 'baseUrl'], message: 'Give the base address, or a host: the secret goes nowhere else.' })
  if (kind === 'basic') need('user', 'Give the user.')
  if (kind === 'header') need('parameter', 'Name the header, such as X-Api-Key.')
  if (kind === 'query') need('parameter', 'Name the parameter, such as api_key.')
  if (kind === 'oauth2') {
    need('tokenUrl', 'Give the address that answers with a token.')
    need('clientId', 'Give the client id.')
    if (/^playground:/i.test(config.tokenUrl ?? '')) context.addIssue({ code: 'custom', path: ['config', 'tokenUrl'], message: 'The playground gives no tokens. Choose another kind to practise with.' })
  }
  if (kind === 'header' && config.parameter !== undefined && (!headerName.test(config.parameter) || headersNotAllowed.has(config.parameter.toLowerCase()))) {
    context.addIssue({ code: 'custom', path: ['config', 'parameter'], message: `A secret cannot be sent in a header named ${config.parameter}.` })
  }
})

export const secretText = z.string().trim().min(secretMin, `A secret has at least ${secretMin} characters.`).max(secretMax, `A secret has at most ${secretMax.toLocaleString('en')} characters.`)
export const valueName = z.string().trim().max(64, 'Use at most 64 characters.').regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'Write it as one word of letters, digits and _, such as STRIPE_KEY.')
export const settingValue = z.string().max(8000, 'A setting has at most 8,000 characters.')

/** `api.example.com`, with the port when it is not the usual one; `playground://crm`. */
export function hostOf(url: URL): string {
  return url.protocol === 'playground:' ? `playground://${url.host.toLowerCase()}` : url.host.toLowerCase()
}

/** Hosts a connection's secret may go to: that of its base address, and those listed. */
export function hostsOf({ baseUrl, hosts }: Pick<ConnectionConfig, 'baseUrl' | 'hosts'>): string[] {
  const base = baseUrl !== undefined && URL.canParse(baseUrl) ? [hostOf(new URL(baseUrl))] : []
  return [...new Set([...base, ...hosts])]
}

/** An entry without a port means the usual one. `*.example.com` is every name below it. */
export function isAllowedHost(allowed: readonly string[], host: string): boolean {
  return allowed.some((entry) => (entry.startsWith('*.') ? host.endsWith(entry.slice(1)) && host.length > entry.length - 1 : entry === host))
}
