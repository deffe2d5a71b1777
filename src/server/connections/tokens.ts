/** Tokens of OAuth2 client credentials: fetched when first needed, kept in memory until shortly before they end. */
import { createHash } from 'node:crypto'
import { FanwiseError } from '#base/errors.ts'
import type { StoredConnection } from '#server/connections/vault.ts'
import type { OutgoingRequest, OutgoingResponse } from '#steps/kind.ts'

const fetchTimeoutMs = 20_000
/** Renewed so much before its end, so that it does not end on its way. */
const marginMs = 30_000
const usualLifeMs = 300_000
const lifeMaxMs = 24 * 3_600_000
const keptMax = 5000

interface Token {
  text: string
  until: number
}

export class Tokens {
  private readonly kept = new Map<string, Token | Promise<Token>>()

  constructor(private readonly request: (request: OutgoingRequest, workspaceId: string) => Promise<OutgoingResponse>) {}

  /** @param refused the token that the service has just refused: another one is fetched */
  async get(workspaceId: string, connection: StoredConnection, secret: string, refused?: string): Promise<string> {
    const key = keyOf(workspaceId, connection, secret)
    const known = this.kept.get(key)
    if (known !== undefined) {
      const token = await known
      if (token.until > performance.now() && token.text !== refused) return token.text
      // Somebody else may have noticed first, and fetches already.
      const now = this.kept.get(key)
      if (now !== known && now !== undefined) return (await now).text
    }
    if (this.kept.size >= keptMax) this.kept.clear()
    const fetching = this.fetch(workspaceId, connection, secret)
    this.kept.set(key, fetching)
    try {
      const token = await fetching
      this.kept.set(key, token)
      return token.text
    } catch (error) {
      if (this.kept.get(key) === fetching) this.kept.delete(key)
      throw error
    }
  }

  private async fetch(workspaceId: string, connection: StoredConnection, secret: string): Promise<Token> {
    const { name, config } = connection
    const clientId = config.clientId ?? ''
    const form = new URLSearchParams({ grant_type: 'client_credentials' })
    if (config.scope) form.set('scope', config.scope)
    if (config.audience) form.set('audience', config.audience)
    const headers: Record<string, string> = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' }
    if (config.clientAuth === 'body') {
      form.set('client_id', clientId)
      form.set('client_secret', secret)
    } else {
      headers.authorization = `Basic ${Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`).toString('base64')}`
    }
    const response = await this.request({ method: 'POST', url: config.tokenUrl ?? '', headers, body: form.toString(), timeoutMs: fetchTimeoutMs, signal: AbortSignal.timeout(fetchTimeoutMs), stayOnOrigin: true }, workspaceId)
    const host = new URL(config.tokenUrl ?? 'https://unknown').host
    if (response.status < 200 || response.status > 299) {
      const passing = response.status >= 500 || response.status === 429
      throw new FanwiseError(passing ? 'step_outside' : 'step_refused', `The connection ${name} got no token: ${host} answered ${response.status}.`, {
        fix: passing ? 'It is tried again while retries are left.' : 'Check its client id and secret in Settings.', facts: { status: response.status, host, connection: name },
      })
    }
    return tokenOf(response.body, name, host)
  }
}

function tokenOf(body: string, name: string, host: string): Token {
  const noToken = () => new FanwiseError('step_refused', `The connection ${name} got no token: the answer of ${host} has no access_token.`, { fix: 'Check its token address in Settings.', facts: { host, connection: name } })
  let answer: { access_token?: unknown; expires_in?: unknown }
  try {
    answer = JSON.parse(body) as typeof answer
  } catch {
    throw noToken()
  }
  const text = typeof answer === 'object' && answer !== null ? answer.access_token : undefined
  if (typeof text !== 'string' || text === '' || /[\0\r\n]/.test(text)) throw noToken()
  const seconds = Number(answer.expires_in)
  const lifeMs = Number.isFinite(seconds) && seconds > 0 ? Math.min(lifeMaxMs, seconds * 1000) : usualLifeMs
  return { text, until: performance.now() + Math.max(lifeMs / 2, lifeMs - marginMs) }
}

/** A changed connection has other tokens. */
function keyOf(workspaceId: string, { id, config }: StoredConnection, secret: string): string {
  return createHash('sha256').update(JSON.stringify([workspaceId, id, config.tokenUrl, config.clientId, config.scope, config.audience, config.clientAuth, secret])).digest('base64')
}
