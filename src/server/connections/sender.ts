/**
 * The last place before a request leaves: secrets take the place of their marks, a connection signs in, and
 * whatever comes back or goes wrong is cleared of them. Nothing behind this ever holds a secret.
 */
import { FanwiseError, type ErrorDetails } from '#base/errors.ts'
import type { Json } from '#base/json.ts'
import type { SecuredRequest } from '#engine/api.ts'
import { addressMark, secretLabel, type Marks } from '#expressions/marks.ts'
import { redactor, type Hidden, type Redactor } from '#expressions/redact.ts'
import { fill, filledAddress, secretsAskedFor, withLabels } from '#server/connections/fill-request.ts'
import { connectionService } from '#engine/holds/holds.ts'
import { hostOf, hostsOf, isAllowedHost, secretMin } from '#server/connections/kinds.ts'
import { signIn } from '#server/connections/sign-in.ts'
import { Tokens } from '#server/connections/tokens.ts'
import type { Kept, StoredConnection, Vault } from '#server/connections/vault.ts'
import type { OutgoingRequest, OutgoingResponse } from '#steps/kind.ts'

export interface SendInfo {
  idempotencyKey: string
}

type Send = (request: OutgoingRequest, workspaceId: string, info: SendInfo) => Promise<OutgoingResponse>

export const connectionLabel = (name: string): string => `‹connection ${name}›`

export class Sender {
  private readonly tokens: Tokens

  constructor(private readonly vault: Vault, private readonly send: Send) {
    this.tokens = new Tokens((request, workspaceId) => send(request, workspaceId, { idempotencyKey: '' }))
  }

  /** @throws a typed error that names the secret or connection, never its value */
  async secure(workspaceId: string, asked: OutgoingRequest, marks: Marks | null): Promise<SecuredRequest> {
    const kept = await this.vault.of(workspaceId)
    const name = asked.credentials?.connection
    const connection = name === undefined ? null : connectionNamed(kept, name)
    const service = connection === null ? null : connectionService(connection.name)
    const url = new URL(asked.url)
    if (url.protocol === 'playground:') {
      if (connection !== null) checkHost(connection, url)
      return { url: asked.url, service, send: (info) => this.send(forPlayground(asked, marks, connection), workspaceId, info) }
    }
    const values = new Map<string, string>()
    for (const one of marks === null ? [] : secretsAskedFor(asked, marks)) {
      const secret = kept.secrets.get(one)
      if (secret === undefined) throw missingSecret(one, namesOf(kept.secrets))
      values.set(one, this.vault.openSecret(workspaceId, secret))
    }
    const valueOf = (one: string): string => values.get(one)!
    const hidden = [...values].flatMap(([one, value]) => hiddenForms(value, secretLabel(one)))
    const address = marks === null ? asked.url : cleared(() => filledAddress(asked, marks, valueOf), hidden)
    const target = new URL(address)
    for (const one of values.keys()) checkSecretHost(one, kept.secrets.get(one)!.hosts, target)
    if (connection !== null) checkHost(connection, target)
    const request = marks === null ? withoutCredentials(asked) : fill(asked, marks, valueOf, address)
    // A host that is a secret in part is not told to what parks hosts: that is recorded.
    const named = marks === null || addressMark(url.hostname) !== null || !marks.in(url.hostname)
    return { url: named ? address : '', service, send: (info) => this.signedIn(workspaceId, request, connection, hidden, info) }
  }

  /** @throws a typed error when there is no such connection */
  async baseAddress(workspaceId: string, connection: string): Promise<string | null> {
    return connectionNamed(await this.vault.of(workspaceId), connection).config.baseUrl ?? null
  }

  private async signedIn(workspaceId: string, request: OutgoingRequest, connection: StoredConnection | null, hidden: Hidden[], info: SendInfo): Promise<OutgoingResponse> {
    const secret = connection === null ? null : this.vault.openConnection(workspaceId, connection)
    const label = connectionLabel(connection?.name ?? '')
    const all = connection === null || secret === null ? hidden : [...hidden, ...hiddenForms(secret, label), { value: Buffer.from(`${connection.config.user ?? ''}:${secret}`, 'utf8').toString('base64'), label }]
    if (connection === null || secret === null) return clearedAnswer(() => this.send(request, workspaceId, info), all)
    if (connection.kind !== 'oauth2') return clearedAnswer(() => this.send(signIn(request, connection, secret), workspaceId, info), all)
    const token = await clearedFailure(() => this.tokens.get(workspaceId, connection, secret), all)
    const first = await clearedAnswer(() => this.send(signIn(request, connection, token), workspaceId, info), [...all, ...hiddenForms(token, label)])
    if (first.status !== 401) return first
    // It may have been withdrawn: once more with a new one.
    const renewed = await clearedFailure(() => this.tokens.get(workspaceId, connection, secret, token), all)
    if (renewed === token) return first
    return clearedAnswer(() => this.send(signIn(request, connection, renewed), workspaceId, info), [...all, ...hiddenForms(renewed, label)])
  }
}

function withoutCredentials({ credentials: _used, ...request }: OutgoingRequest): OutgoingRequest {
  return request
}

/** Services inside get names instead of values. */
function forPlayground(asked: OutgoingRequest, marks: Marks | null, connection: StoredConnection | null): OutgoingRequest {
  const request = marks === null ? withoutCredentials(asked) : withLabels(asked, marks)
  return connection === null ? request : signIn(request, connection, connectionLabel(connection.name))
}

/** Forms in which a secret may come back: as it is, and the parts of one that is an address. */
function hiddenForms(value: string, label: string): Hidden[] {
  const forms = [value]
  if (/^https?:\/\//i.test(value.trim()) && URL.canParse(value.trim())) {
    const url = new URL(value.trim())
    forms.push(url.href)
    if ((url.pathname + url.search).length >= 8) forms.push(url.pathname + url.search)
  }
  return forms.map((form) => ({ value: form, label }))
}

function cleared<T>(act: () => T, hidden: Hidden[]): T {
  try {
    return act()
  } catch (thrown) {
    throw clearedError(thrown, redactor(hidden, secretMin))
  }
}

/** An answer, or an error, without the given texts. */
async function clearedAnswer(act: () => Promise<OutgoingResponse>, hidden: Hidden[]): Promise<OutgoingResponse> {
  const answer = await clearedFailure(act, hidden)
  const hide = redactor(hidden, secretMin)
  return { ...answer, headers: hide(answer.headers as unknown as Json) as unknown as Record<string, string>, body: hide(answer.body) }
}

async function clearedFailure<T>(act: () => Promise<T>, hidden: Hidden[]): Promise<T> {
  try {
    return await act()
  } catch (thrown) {
    throw clearedError(thrown, redactor(hidden, secretMin))
  }
}

/** Without its cause: that may hold the request. */
function clearedError(thrown: unknown, hide: Redactor): FanwiseError {
  if (!(thrown instanceof FanwiseError)) return new FanwiseError('step_outside', hide(`The request failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`), { fix: 'It is tried again while retries are left.' })
  const details: ErrorDetails = { retriable: thrown.retriable }
  if (thrown.fix !== undefined) details.fix = hide(thrown.fix)
  if (thrown.field !== undefined) details.field = thrown.field
  if (thrown.retryAfterMs !== undefined) details.retryAfterMs = thrown.retryAfterMs
  if (thrown.facts !== undefined) details.facts = hide(thrown.facts as Json) as Record<string, unknown>
  return new FanwiseError(thrown.code, hide(thrown.message), details)
}

function checkHost(connection: StoredConnection, url: URL): void {
  const allowed = hostsOf(connection.config)
  const host = hostOf(url)
  if (!isAllowedHost(allowed, host)) {
    throw new FanwiseError('step_refused', `The connection ${connection.name} is not sent to ${host}. It belongs to ${allowed.join(', ')}.`, {
      field: 'connection', fix: 'Correct the address of the step, choose another connection, or add the host to this one in Settings.', facts: { connection: connection.name, host, hosts: allowed },
    })
  }
  const { baseUrl } = connection.config
  if (url.protocol === 'http:' && !/^http:/i.test(baseUrl ?? '')) {
    throw new FanwiseError('step_refused', `The connection ${connection.name} is not sent to ${host} without encryption.`, {
      field: 'url', fix: 'Write https:// in the address of the step. If the service has none, give the connection a base address with http://.', facts: { connection: connection.name, host },
    })
  }
}

function checkSecretHost(name: string, hosts: string[], url: URL): void {
  const host = hostOf(url)
  if (hosts.length === 0 || isAllowedHost(hosts, host)) return
  throw new FanwiseError('step_refused', `The secret ${name} is not sent to ${host}. It belongs to ${hosts.join(', ')}.`, {
    field: 'url', fix: 'Correct the address of the step, or add the host to the secret in Settings.', facts: { secret: name, host, hosts },
  })
}

/** Under its name or one it had before. */
const connectionNamed = (kept: Kept, name: string): StoredConnection => kept.connections.get(name) ?? missingConnection(name, namesOf(kept.connections))

const namesOf = (named: ReadonlyMap<string, { name: string }>): string[] => [...new Set([...named.values()].map((one) => one.name))]

const others = (names: string[]): string => (names.length === 0 ? '' : ` Those there are: ${names.slice(0, 5).sort().join(', ')}.`)

function missingConnection(name: string, names: string[]): never {
  throw new FanwiseError('step_input', `There is no connection ${name} in this workspace.`, { field: 'connection', fix: `Add it in Settings, or choose another in the step, then retry from here.${others(names)}`, facts: { connection: name } })
}

function missingSecret(name: string, names: string[]): FanwiseError {
  return new FanwiseError('step_input', `There is no secret ${name} in this workspace.`, { fix: `Add it in Settings, then retry from here.${others(names)}`, facts: { secret: name } })
}
