/** From one page of an answer to the next. */
import { FanwiseError } from '#base/errors.ts'
import { isJsonObject, type Json } from '#base/json.ts'
import { kindOf } from '#expressions/problem.ts'
import type { HttpConfig } from '#steps/http/definition.ts'

export interface Page {
  body: Json
  headers: Record<string, string>
}

/** How much was read so far. */
export interface Read {
  pages: number
  items: number
}

/** The address of the next page, or null when there is none. `page` is the one just read; null before the first. */
export function nextAddress(config: HttpConfig, current: string, page: Page | null, read: Read): string | null {
  if (config.pages === 'count') return withParameter(current, config, 'pageParam', String(read.pages + 1))
  if (config.pages === 'skip') return withParameter(current, config, 'skipParam', String(read.items))
  if (page === null) return current
  if (config.pages === 'cursor') {
    const cursor = cursorOf(config, page.body)
    return cursor === null ? null : withParameter(current, config, 'cursorParam', cursor)
  }
  const path = (config.nextPath ?? '').trim()
  const link = path === '' ? linkHeader(page.headers.link ?? '') : at(page.body, path)
  if (link === null || link === undefined || link === '' || link === false) return null
  if (typeof link !== 'string') throw new FanwiseError('step_refused', `The next link at \`${path}\` is ${kindOf(link)}, not an address.`, { fix: 'Correct the path of the next link.' })
  return follow(current, link)
}

const usualNames = { pageParam: 'page', skipParam: 'offset', cursorParam: 'cursor' }

const parameterOf = (config: HttpConfig, field: keyof typeof usualNames): string => (config[field] ?? '').trim() || usualNames[field]

function withParameter(address: string, config: HttpConfig, field: keyof typeof usualNames, value: string): string {
  const url = new URL(address)
  url.searchParams.set(parameterOf(config, field), value)
  return url.href
}

/** The same items would be there as often as pages are read, and be worked on as often. */
export function sameAgain(config: HttpConfig): FanwiseError {
  const field = ({ count: 'pageParam', skip: 'skipParam', cursor: 'cursorParam' } as const)[config.pages as string]
  const why = field === undefined ? 'its link leads to the same again' : `the service does not heed the parameter ${parameterOf(config, field)}`
  return new FanwiseError('step_refused', `Page 2 is the same as page 1: ${why}.`, { ...(field === undefined ? {} : { field }), fix: 'Look in the documentation of the service how it wants to be asked for the next page.' })
}

/** What the service wants to get back with the next request; null on the last page. */
function cursorOf(config: HttpConfig, body: Json): string | null {
  const path = (config.cursorPath ?? '').trim() || 'next_cursor'
  const cursor = at(body, path)
  if (cursor === null || cursor === undefined || cursor === '' || cursor === false) return null
  if (typeof cursor === 'string' || typeof cursor === 'number') return String(cursor)
  throw new FanwiseError('step_refused', `The cursor at \`${path}\` is ${kindOf(cursor)}, not a text or a number.`, { field: 'cursorPath', fix: 'Correct the path of the cursor.' })
}

/** Keys for a service must not reach another, so a link may not leave the host it came from. */
function follow(current: string, link: string): string {
  let url: URL
  try {
    url = new URL(link, current)
  } catch {
    throw new FanwiseError('step_refused', `The next link "${link.slice(0, 200)}" is not an address.`, { fix: 'Correct the path of the next link.' })
  }
  const from = new URL(current)
  if (url.protocol !== from.protocol || url.host !== from.host) {
    throw new FanwiseError('step_refused', `The next link leads to another host, ${url.host || url.protocol}.`, { fix: 'It is not followed, since the sign-in would be sent there, too. Call that host with a step of its own.' })
  }
  return withKeysOf(from, url).href
}

const clearedSecret = /‹secret [^›]+›/

/** A secret that the service repeats in its link was cleared there: what stood in its place goes on standing there. */
function withKeysOf(from: URL, url: URL): URL {
  for (const [name, value] of new URLSearchParams(url.search)) {
    const sent = from.searchParams.get(name)
    if (sent !== null && clearedSecret.test(value)) url.searchParams.set(name, sent)
  }
  const sent = from.pathname.split('/')
  const encodedMark = encodeURIComponent('‹')
  if (url.pathname.includes(encodedMark)) url.pathname = url.pathname.split('/').map((part, index) => (part.includes(encodedMark) && sent[index] !== undefined ? sent[index] : part)).join('/')
  return url
}

/** The address with rel="next" of a Link header. Addresses and titles may have commas in them. */
export function linkHeader(header: string): string | null {
  for (const [, address, parameters] of header.slice(0, 8000).matchAll(/<([^<>]*)>([^<]*)/g)) {
    const bare = parameters!.replace(/(;\s*(?!rel\s*=)[^\s=;,"]+\s*=\s*)"[^"]*"/gi, '$1""')
    if (/;\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next\s*(?:[;,]|$))/i.test(bare)) return address!
  }
  return null
}

/** The list of one page. */
export function itemsOf(config: HttpConfig, body: Json, page: number): Json[] {
  const path = (config.itemsPath ?? '').trim()
  const list = path === '' ? body : at(body, path)
  if (Array.isArray(list)) return list
  if (list === null || list === undefined) return []
  const where = path === '' ? 'The body' : `\`${path}\``
  throw new FanwiseError('step_refused', `${where} of page ${page} is ${kindOf(list)}, not a list.`, { field: 'itemsPath', fix: whereLists(body) })
}

/** The lists that are there, by name. */
function whereLists(body: Json): string {
  const names = isJsonObject(body) ? Object.keys(body).filter((key) => Array.isArray(body[key])).slice(0, 3) : []
  if (names.length === 0) return 'Say where in the body the list is, such as data.'
  return `Say where in the body the list is. ${names.length === 1 ? 'There is' : 'There are'} ${names.map((name) => `\`${name.slice(0, 60)}\``).join(', ')}.`
}

/** A value by its path, `links.next` or `pages[0].url`. */
function at(value: Json, path: string): Json | undefined {
  let current: Json | undefined = value
  for (const key of path.split(/[.[\]]/).filter((part) => part !== '')) {
    if (Array.isArray(current)) current = current[Number(key)]
    else if (isJsonObject(current) && Object.hasOwn(current, key)) current = current[key]
    else return undefined
  }
  return current
}
