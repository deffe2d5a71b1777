/** Where to go after signing in: a path of this site, never another one. */
export function insidePath(given: string | null): string {
  if (given === null) return '/'
  try {
    const url = new URL(given, 'http://inside.invalid')
    const sameSite = url.host === 'inside.invalid' || (typeof window !== 'undefined' && url.origin === window.location.origin)
    return sameSite ? `${url.pathname}${url.search}` : '/'
  } catch {
    return '/'
  }
}
