/** A path that is joined to a connection's base address, and never leads anywhere else. Pure. */
import { FanwiseError } from '#base/errors.ts'

/** Drawn as a path: `/contacts`. Settings from a file may hold anything here. */
export const isPath = (text: unknown): boolean => typeof text === 'string' && text.trimStart().startsWith('/')

/**
 * `https://api.example.com/v2` and `/contacts?limit=5`. What the base address asks for in its query stays.
 * @throws step_input for what would lead to another host, or out of the base address
 */
export function belowBase(base: string, path: string, field = 'url'): URL {
  const from = new URL(base)
  const root = from.pathname.replace(/\/+$/, '')
  const text = path.trim()
  const wrong = (why: string) => new FanwiseError('step_input', `“${text.slice(0, 200)}” ${why}.`, { field, fix: `Write a path below ${base}, such as /contacts.` })
  // Two slashes, or one of them backwards, are how an address of another host begins.
  if (/^[/\\]{2}/.test(text)) throw wrong('begins like the address of another host')
  const [, pathname = '', query = ''] = /^([^?#]*)(?:\?([^#]*))?/.exec(text)!
  const joined = new URL(from)
  joined.hash = ''
  joined.pathname = `${root}/${pathname.replace(/^\//, '')}`
  if (joined.host !== from.host || !`${joined.pathname}/`.startsWith(`${root}/`)) throw wrong('leads out of the base address')
  if (query !== '') joined.search = from.search === '' ? query : `${from.search}&${query}`
  return joined
}
