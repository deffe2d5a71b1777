/** What gives access in a request that was read from a cURL command, as the connection it could become. Pure. */
import { jsonEqual, type JsonObject } from '#base/json.ts'

export interface CurlSignIn {
  kind: 'bearer' | 'basic' | 'header' | 'query'
  /** Empty when the command has only a place for it, such as $TOKEN. */
  secret: string
  /** That place, as it is written; null when the secret itself is there. */
  placeholder: string | null
  baseUrl: string
  host: string
  user?: string
  parameter?: string
  before?: string
  /** The step's config with a connection in its place, not chosen yet. */
  without: JsonObject
}

type Pair = { name: string; value: string }

const keyHeader = /^(?:x-|x-[a-z0-9-]+-)?(?:api-?key|auth-?token|access-?token|auth-?key|secret-?key|token|api-?token)$|^(?:ocp-apim-subscription-key|private-token|x-[a-z0-9-]*-(?:api-)?(?:key|token))$/i
const keyParameter = /^(?:api[_-]?key|apikey|access[_-]?token|auth[_-]?token)$/i
const shortest = 4

/** @param config as read, its texts templates. Null when nothing in it gives access. */
export function signInOf(config: JsonObject): CurlSignIn | null {
  const url = plain(config['url'])
  if (!URL.canParse(url)) return null
  const { protocol, host } = new URL(url)
  if (!/^[a-z0-9.-]+(?::\d+)?$/i.test(host)) return null
  const at = { baseUrl: `${protocol}//${host}`, host: protocol === 'playground:' ? `playground://${host}` : host }
  const left: JsonObject = { ...config, auth: 'connection', connection: '', token: '', user: '', password: '' }
  if (config['auth'] === 'bearer') return found('bearer', plain(config['token']), { ...at, without: left })
  if (config['auth'] === 'basic') return found('basic', plain(config['password']), { ...at, user: plain(config['user']), without: left })
  const headers = pairs(config['headers'])
  const header = headers.find((one) => one.name.toLowerCase() === 'authorization') ?? headers.find((one) => keyHeader.test(one.name))
  if (header !== undefined) {
    const [, before = '', secret = ''] = header.name.toLowerCase() === 'authorization' ? (/^([A-Za-z][\w-]*\s+)?([^]*)$/.exec(plain(header.value)) ?? []) : ['', '', plain(header.value)]
    return found('header', secret, { ...at, parameter: header.name, ...(before === '' ? {} : { before: before.replace(/\s+$/, ' ') }), without: { ...left, headers: headers.filter((one) => one !== header) } })
  }
  const query = pairs(config['query'])
  const parameter = query.find((one) => keyParameter.test(one.name))
  if (parameter === undefined) return null
  return found('query', plain(parameter.value), { ...at, parameter: parameter.name, without: { ...left, query: query.filter((one) => one !== parameter) } })
}

/** The fields that put what gives access back into a step's config, which may be another one by now: nothing else of it changes. */
export function signInBack(config: JsonObject, whole: JsonObject, without: JsonObject): JsonObject {
  const back: JsonObject = {}
  for (const [field, value] of Object.entries(whole)) {
    if (jsonEqual(value, without[field])) continue
    back[field] = Array.isArray(value) ? rowsBack(pairs(config[field]), value as Pair[], pairs(without[field])) : value
  }
  return back
}

function rowsBack(now: Pair[], whole: Pair[], without: Pair[]): Pair[] {
  const rows = [...now]
  for (const one of whole.filter((row) => !without.some((left) => jsonEqual(left, row)))) {
    const at = rows.findIndex((row) => row.name.toLowerCase() === one.name.toLowerCase())
    if (at < 0) rows.push(one)
    else rows[at] = one
  }
  return rows
}

function found(kind: CurlSignIn['kind'], text: string, rest: Omit<CurlSignIn, 'kind' | 'secret' | 'placeholder'>): CurlSignIn | null {
  const secret = text.trim()
  if (isPlace(secret)) return { kind, secret: '', placeholder: secret, ...rest }
  return secret.length < shortest ? null : { kind, secret, placeholder: null, ...rest }
}

/** $TOKEN, <token>, YOUR_API_KEY and the like. */
const isPlace = (text: string): boolean => /^(?:\$\{?\w+\}?|%\w+%|<[^>]*>|\[[^\]]*\]|\{+[^}]*\}+|\*+|x{4,}|(?:your|my)[-_ ].*)$/i.test(text) || /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/.test(text)

const pairs = (value: unknown): Pair[] => (Array.isArray(value) ? (value as Pair[]) : [])

/** Back from the template that stands for it. */
const plain = (value: unknown): string => (typeof value === 'string' ? value.replaceAll('{{ "{{" }}', '{{') : '')
