/** Tries a connection: one GET, and in plain words what came of it. */
import { FanwiseError } from '#base/errors.ts'
import { getConnections } from '#server/connections/context.ts'
import { belowBase } from '#steps/http/base-path.ts'
import { connectionById } from '#server/connections/store.ts'

export interface TestResult {
  ok: boolean
  /** Null when nothing answered. */
  status: number | null
  url: string
  message: string
  /** Beginning of the answer's body. */
  body: string
  ms: number
}

const timeoutMs = 15_000
const bodyShown = 600

/** @param path below its base address, or a whole address of one of its hosts */
export async function testConnection(workspaceId: string, id: string, path: string): Promise<TestResult> {
  const connection = await connectionById(workspaceId, id)
  const url = addressFor(connection.config.baseUrl, connection.hosts, path)
  const { sender } = getConnections()
  const startedAt = performance.now()
  const took = () => Math.round(performance.now() - startedAt)
  try {
    const secured = await sender.secure(workspaceId, { method: 'GET', url, headers: {}, timeoutMs, signal: AbortSignal.timeout(timeoutMs), credentials: { connection: connection.name } }, null)
    const { status, body } = await secured.send({ idempotencyKey: '' })
    return { ok: status >= 200 && status <= 299, status, url, message: wordsFor(status, new URL(url).host), body: body.slice(0, bodyShown), ms: took() }
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'FanwiseError') throw error
    const { message, fix } = error as FanwiseError
    return { ok: false, status: null, url, message: fix === undefined ? message : `${message} ${fix}`, body: '', ms: took() }
  }
}

function addressFor(baseUrl: string | undefined, hosts: string[], path: string): string {
  const text = path.trim()
  const bad = (fix: string) => new FanwiseError('bad_request', `“${text}” is not an address.`, { field: 'path', fix })
  if (/^[a-z]+:\/\//i.test(text)) {
    if (!URL.canParse(text)) throw bad('Give a path such as /me.')
    return text
  }
  const first = hosts.find((host) => !host.startsWith('*.'))
  const base = baseUrl ?? (first === undefined ? null : first.includes('://') ? first : `https://${first}`)
  if (base === null) throw bad(`Give a whole address of ${hosts.join(', ')}.`)
  return text === '' ? base : belowBase(base, text.startsWith('/') ? text : `/${text}`, 'path').href
}

function wordsFor(status: number, host: string): string {
  if (status >= 200 && status <= 299) return `${host} answered ${status}: it lets this connection in.`
  if (status === 401 || status === 403) return `${host} answered ${status}: it does not let this connection in. Check the secret, and what it is allowed to do.`
  if (status === 404 || status === 405) return `${host} answered ${status}. It was reached; this path says nothing about the sign-in. Try one that needs it.`
  if (status >= 500) return `${host} answered ${status}: it has trouble of its own.`
  return `${host} answered ${status}.`
}
