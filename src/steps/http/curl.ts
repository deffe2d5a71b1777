/**
 * A pasted cURL command as the config of an HTTP step. It is only read: nothing of it is run, no
 * variable, file or command in it is looked up, and braces in it stay text.
 */
import { decodedOrAsIs } from '#base/decoded.ts'
import { longNumbers, type JsonObject } from '#base/json.ts'
import { signInOf, type CurlSignIn } from '#steps/http/curl-sign-in.ts'
import { splitCommand } from '#steps/http/shell-words.ts'

export type CurlRead = { config: JsonObject; /** What of it could not be taken over, as sentences. */ notes: string[]; /** What gives access, which is better kept as a connection. */ signIn: CurlSignIn | null } | { problem: string }

const lengthMax = 100_000
const rowsMax = 100

interface Parts {
  url: string | null
  method: string | null
  headers: { name: string; value: string }[]
  data: string[]
  /** Encoded pairs of --data-urlencode and -F. */
  form: { name: string; value: string }[]
  isJson: boolean
  toQuery: boolean
  /** As what a file that cannot be read here would be sent. */
  file: 'POST' | 'PUT' | null
  user: string | null
  timeoutS: number | null
  notes: string[]
}

/** Options with a value that change the request. */
const takers: Record<string, (parts: Parts, value: string) => void> = {
  '--url': (parts, value) => { parts.url ??= value },
  '--request': (parts, value) => { parts.method = value.toUpperCase() },
  '--header': (parts, value) => addHeader(parts, value),
  '--data': (parts, value) => addData(parts, value),
  '--data-raw': (parts, value) => { parts.data.push(value) },
  '--data-urlencode': (parts, value) => {
    const at = value.search(/[=@]/)
    if (at >= 0 && value[at] === '@') addFile(parts, 'POST')
    else parts.form.push({ name: at < 0 ? value : value.slice(0, at), value: at < 0 ? '' : value.slice(at + 1) })
  },
  '--json': (parts, value) => {
    parts.isJson = true
    addData(parts, value)
  },
  '--form': (parts, value) => {
    const at = value.indexOf('=')
    if (at < 0 || /^[@<]/.test(value.slice(at + 1))) addFile(parts, 'POST')
    else {
      parts.form.push({ name: value.slice(0, at), value: value.slice(at + 1) })
      parts.notes.push('It sends a multipart form; its fields are sent as an ordinary form.')
    }
  },
  '--upload-file': (parts) => addFile(parts, 'PUT'),
  '--user': (parts, value) => { parts.user = value },
  '--oauth2-bearer': (parts, value) => addHeader(parts, `Authorization: Bearer ${value}`),
  '--cookie': (parts, value) => (value.includes('=') ? addHeader(parts, `Cookie: ${value}`) : void parts.notes.push('A file it sends cannot be read here.')),
  '--user-agent': (parts, value) => addHeader(parts, `User-Agent: ${value}`),
  '--referer': (parts, value) => addHeader(parts, `Referer: ${value}`),
  '--max-time': (parts, value) => { parts.timeoutS = Number(value) },
}
takers['--data-ascii'] = takers['--data-binary'] = takers['--data']!
takers['--form-string'] = takers['--form']!

const flags: Record<string, (parts: Parts) => void> = {
  '--get': (parts) => { parts.toQuery = true },
  '--head': (parts) => { parts.method ??= 'HEAD' },
  '--insecure': (parts) => { parts.notes.push('It skips the check of certificates (-k); Fanwise always checks them.') },
}

/** Flags that change nothing of what is sent, or what happens here anyway. */
const withoutMeaning = new Set(['--silent', '--show-error', '--location', '--compressed', '--fail', '--fail-with-body', '--verbose', '--include', '--globoff', '--no-buffer', '--progress-bar', '--path-as-is', '--http1.1', '--http2', '--ipv4', '--ipv6', '--tlsv1.2', '--tlsv1.3', '--remote-name', '--no-progress-meter', '--raw', '--no-keepalive', '--location-trusted', '--basic', '--http2-prior-knowledge', '--http3', '--tcp-nodelay', '--ssl-no-revoke', '--ssl-reqd', '--ssl'])

/** Options with a value that the request would be another one without. */
const missed = new Set(['--proxy', '--cacert', '--cert', '--key', '--config', '--range', '--unix-socket'])

/** Options with a value that mean nothing here. */
const passedOver = new Set(['--output', '--connect-timeout', '--retry', '--retry-delay', '--retry-max-time', '--write-out', '--cookie-jar', '--resolve', '--dump-header', '--limit-rate', '--max-redirs', '--ciphers', '--interface', '--trace', '--trace-ascii', '--proxy-user', '--noproxy'])
const short: Record<string, string> = {
  X: '--request', H: '--header', d: '--data', F: '--form', u: '--user', b: '--cookie', A: '--user-agent', e: '--referer', m: '--max-time', G: '--get', I: '--head', k: '--insecure',
  o: '--output', x: '--proxy', E: '--cert', w: '--write-out', c: '--cookie-jar', T: '--upload-file', r: '--range', D: '--dump-header', K: '--config', U: '--proxy-user',
}

export function readCurl(text: string): CurlRead {
  if (text.length > lengthMax) return { problem: `The command is longer than ${lengthMax.toLocaleString('en')} characters. Paste it without its body, and the body into its field.` }
  const split = splitCommand(text)
  if ('problem' in split) return split
  const words = split.words
  while (words[0] === '$' || words[0] === '%' || words[0] === '>') words.shift()
  if (!/^(?:.*[\\/])?curl(?:\.exe)?$/i.test(words[0] ?? '')) return { problem: 'This is not a cURL command: it does not begin with curl.' }
  const parts: Parts = { url: null, method: null, headers: [], data: [], form: [], isJson: false, toQuery: false, file: null, user: null, timeoutS: null, notes: [] }
  if (split.cut) parts.notes.push('Only the first command was taken.')
  readWords(words.slice(1), parts)
  if (parts.url === null || parts.url.trim() === '') return { problem: 'The command has no address.' }
  return toConfig(parts)
}

function readWords(words: string[], parts: Parts): void {
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    if (word === '' || word === '-') continue
    if (!word.startsWith('-')) {
      if (parts.url === null) parts.url = word
      else parts.notes.push('Only the first address was taken.')
      continue
    }
    if (word.startsWith('--')) {
      if (use(word, words[i + 1], parts)) i++
    } else if (useShort(word, words[i + 1], parts)) i++
  }
}

/** True when the next word belonged to it. */
function use(option: string, next: string | undefined, parts: Parts): boolean {
  if (Object.hasOwn(takers, option)) {
    if (next !== undefined) takers[option]!(parts, next)
    return true
  }
  if (Object.hasOwn(flags, option)) flags[option]!(parts)
  else if (!passedOver.has(option) && !withoutMeaning.has(option)) parts.notes.push(`${option.split('=')[0]!.slice(0, 40)} was left out: there is nothing like it here.`)
  return passedOver.has(option) || missed.has(option)
}

/** `-sSL`, `-XPOST`, `-H 'a: b'`: letters one after another; what takes a value takes the rest, or the next word. */
function useShort(word: string, next: string | undefined, parts: Parts): boolean {
  for (let at = 1; at < word.length; at++) {
    const option = Object.hasOwn(short, word[at]!) ? short[word[at]!]! : undefined
    if (option === undefined) continue
    if (Object.hasOwn(flags, option)) {
      flags[option]!(parts)
      continue
    }
    const rest = word.slice(at + 1)
    if (rest === '') return use(option, next, parts)
    use(option, rest, parts)
    return false
  }
  return false
}

function addHeader(parts: Parts, text: string): void {
  const at = text.indexOf(':')
  // As curl itself does: only a semicolon makes a header without a value.
  if (at < 0 && !/;\s*$/.test(text)) {
    parts.notes.push('A header without a value was left out.')
    return
  }
  const name = (at < 0 ? text.replace(/;\s*$/, '') : text.slice(0, at)).trim()
  const value = at < 0 ? '' : text.slice(at + 1).trim()
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/.test(name) || /[\0\r\n]/.test(value)) parts.notes.push('A header that cannot be sent was left out.')
  else parts.headers.push({ name, value })
}

function addData(parts: Parts, value: string): void {
  if (value.startsWith('@')) addFile(parts, 'POST')
  else parts.data.push(value)
}

/** The body is missed; that there is one still says with which method it is sent. */
function addFile(parts: Parts, method: 'POST' | 'PUT'): void {
  parts.notes.push('A file it sends cannot be read here.')
  if (parts.file !== 'PUT') parts.file = method
}

function toConfig(parts: Parts): CurlRead {
  const address = addressOf(parts.url!)
  if (address === null) return { problem: `"${parts.url!.slice(0, 200)}" is not an address that can be called. It begins with https:// or http://.` }
  const { url, query } = address
  const placeholder = /\{\{[^{}]{0,60}\}\}/.exec(parts.url!)?.[0]
  if (placeholder !== undefined) parts.notes.push(`${placeholder} is a placeholder of another tool. Put what it stands for into the URL.`)
  const headers = parts.headers.filter((one) => !/^(?:content-length|host|accept-encoding|connection)$/i.test(one.name))
  const config: JsonObject = { url: asTemplate(url), auth: 'none', token: '', user: '', password: '' }
  signIn(parts, headers, address.user, config)
  const body = bodyOf(parts, headers)
  if (parts.toQuery) query.push(...parts.data.flatMap(pairsOf), ...parts.form)
  else Object.assign(config, body)
  const hasBody = !parts.toQuery && (parts.data.length > 0 || parts.form.length > 0)
  const method = parts.method ?? (parts.file === 'PUT' ? 'PUT' : hasBody || (parts.file === 'POST' && !parts.toQuery) ? 'POST' : 'GET')
  if (!['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'].includes(method)) return { problem: `Requests with the method ${method.slice(0, 20)} cannot be sent.` }
  config.method = method
  config.query = rows(query, parts.notes)
  config.headers = rows(headers, parts.notes)
  if (parts.timeoutS !== null && parts.timeoutS >= 0.1 && parts.timeoutS <= 300) config.timeout = `${parts.timeoutS}s`
  if (!hasBody) Object.assign(config, { bodyType: 'none', body: '', form: [], text: '' })
  return { config, notes: [...new Set(parts.notes)], signIn: signInOf(config) }
}

function addressOf(text: string): { url: string; query: { name: string; value: string }[]; user: string | null } | null {
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`
  let url: URL
  try {
    url = new URL(whole)
  } catch {
    return null
  }
  if (!['http:', 'https:', 'playground:'].includes(url.protocol) || url.host === '') return null
  const user = url.username === '' ? null : `${decodedOrAsIs(url.username)}:${decodedOrAsIs(url.password)}`
  const query = [...url.searchParams].map(([name, value]) => ({ name, value }))
  // As it was written up to the query, without the user and with nothing encoded twice.
  url.username = ''
  url.password = ''
  url.search = ''
  url.hash = ''
  return { url: url.href.replace(/\/$/, (slash) => (/^[a-z]+:\/\/[^/]+\/$/i.test(url.href) && !/^[a-z]+:\/\/[^/]+\//i.test(whole) ? '' : slash)), query, user }
}

/** The first Authorization header, -u, or the address's user become the form's own fields. */
function signIn(parts: Parts, headers: { name: string; value: string }[], urlUser: string | null, config: JsonObject): void {
  const at = headers.findIndex((one) => one.name.toLowerCase() === 'authorization')
  const value = headers[at]?.value ?? ''
  const bearer = /^Bearer\s+(\S+)$/i.exec(value)
  const basic = /^Basic\s+([A-Za-z0-9+/=]+)$/i.exec(value)
  const user = parts.user ?? (basic === null ? urlUser : decodedBase64(basic[1]!))
  if (bearer !== null && parts.user === null) Object.assign(config, { auth: 'bearer', token: asTemplate(bearer[1]!) })
  else if (user !== null && user.replace(':', '').trim() !== '') {
    const colon = user.indexOf(':')
    Object.assign(config, { auth: 'basic', user: asTemplate(colon < 0 ? user : user.slice(0, colon)), password: asTemplate(colon < 0 ? '' : user.slice(colon + 1)) })
  } else return
  if (at >= 0) headers.splice(at, 1)
}

function decodedBase64(text: string): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(atob(text), (one) => one.charCodeAt(0)))
  } catch {
    return null
  }
}

function bodyOf(parts: Parts, headers: { name: string; value: string }[]): JsonObject {
  const text = parts.data.join('&')
  const at = headers.findIndex((one) => one.name.toLowerCase() === 'content-type')
  const type = headers[at]?.value ?? ''
  const empty = { body: '', form: [] as JsonObject[], text: '' }
  if (parts.form.length === 0 && (parts.isJson || /json/i.test(type) || (at < 0 && /^\s*[[{]/.test(text)))) {
    const json = asJson(text, parts.notes)
    if (json !== null) {
      if (/^application\/json\s*(?:;\s*charset=utf-8)?$/i.test(type)) headers.splice(at, 1)
      return { ...empty, bodyType: 'json', body: json }
    }
  }
  const isForm = at < 0 || /^application\/x-www-form-urlencoded/i.test(type) || /^multipart\//i.test(type)
  if (isForm && (parts.form.length > 0 || /^[^=&\s]+=/.test(text))) {
    if (at >= 0) headers.splice(at, 1)
    return { ...empty, bodyType: 'form', form: rows([...(text === '' ? [] : pairsOf(text)), ...parts.form], parts.notes) }
  }
  if (at < 0 && text !== '') headers.push({ name: 'Content-Type', value: parts.isJson ? 'application/json' : 'application/x-www-form-urlencoded' })
  return { ...empty, bodyType: 'text', text: asTemplate(text) }
}

/** Set out for reading, or null when it is not JSON, or has numbers that would be others then. */
function asJson(text: string, notes: string[]): string | null {
  try {
    const shown = JSON.stringify(JSON.parse(text), null, 2)
    const inexact = longNumbers(text).next().value
    if (inexact !== undefined) {
      notes.push(`${inexact.number.slice(0, 40)} has more digits than a number can keep here; the body stays text as it is.`)
      return null
    }
    // Inside a JSON text braces are kept apart by an escape that JSON itself reads back.
    return shown.replaceAll('{{', '{\\u007b')
  } catch {
    return null
  }
}

const pairsOf = (text: string): { name: string; value: string }[] => [...new URLSearchParams(text)].map(([name, value]) => ({ name, value }))

function rows(pairs: { name: string; value: string }[], notes: string[]): JsonObject[] {
  const named = pairs.filter((one) => one.name.trim() !== '' && one.name.length <= 256)
  if (named.length > rowsMax) notes.push(`Only the first ${rowsMax} of ${named.length} pairs were taken.`)
  return named.slice(0, rowsMax).map(({ name, value }) => ({ name, value: asTemplate(value) }))
}

/** Braces that somebody else wrote stay text: they would be an expression otherwise. */
function asTemplate(text: string): string {
  return text.replaceAll('{{', '{{ "{{" }}')
}
