/**
 * Cookies travel with requests other sites make, so a change is accepted only from our own pages:
 * the browser says where a request comes from, and a page cannot make it say otherwise.
 */
export function isSameOrigin(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site')
  if (site !== null) return site === 'same-origin' || site === 'none'
  const origin = request.headers.get('origin')
  // No browser: no cookie that was not put there on purpose.
  if (origin === null) return true
  const host = request.headers.get('x-forwarded-host') ?? request.headers.get('host')
  try {
    return new URL(origin).host === host
  } catch {
    return false
  }
}
