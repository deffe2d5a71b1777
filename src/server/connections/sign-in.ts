/** A request with what its connection adds to it. */
import type { OutgoingRequest } from '#steps/kind.ts'
import type { StoredConnection } from '#server/connections/vault.ts'

/** @param secret the connection's, or the token it was given */
export function signIn(request: OutgoingRequest, { kind, config }: Pick<StoredConnection, 'kind' | 'config'>, secret: string): OutgoingRequest {
  switch (kind) {
    case 'bearer':
    case 'oauth2': return withHeader(request, 'authorization', `Bearer ${secret}`)
    case 'basic': return withHeader(request, 'authorization', `Basic ${Buffer.from(`${config.user ?? ''}:${secret}`, 'utf8').toString('base64')}`)
    case 'header': return withHeader(request, config.parameter ?? '', `${config.before ?? ''}${secret}`)
    case 'query': {
      const url = new URL(request.url)
      url.searchParams.set(config.parameter ?? '', secret)
      return { ...request, url: url.href }
    }
  }
}

/** The connection's header takes the place of one drawn by hand, however that is written. */
function withHeader(request: OutgoingRequest, name: string, value: string): OutgoingRequest {
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([key]) => key.toLowerCase() !== name.toLowerCase()))
  return { ...request, headers: { ...headers, [name]: value } }
}
