/** Calls of the public API, with the key and address from the environment or from what bootstrap saved. */
import { CliError, exitCodes } from '#cli/fanwise/command.ts'
import { readSaved } from '#cli/fanwise/saved.ts'
import type { ErrorShape } from '#base/errors.ts'
import { env } from '#server/env.ts'

export interface ApiFailure extends ErrorShape {
  status: number
}

/** The API's answer was an error. */
export class ApiError extends CliError {
  readonly failure: ApiFailure

  constructor(failure: ApiFailure) {
    super(failure.message, failure.fix)
    this.failure = failure
  }
}

const timeoutMs = 60_000

export async function call<T>(method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown): Promise<T> {
  const { url, key } = target()
  const response = await reach(`${url}/api/v1${path}`, {
    method,
    headers: { ...(key === null ? {} : { Authorization: `Bearer ${key}` }), ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(timeoutMs),
  }, url)
  const answer = parse(response.text)
  if (response.ok) return answer as T
  const error = (answer as { error?: ErrorShape } | null)?.error
  if (error === undefined) throw new CliError(`${url} answered ${response.status} without saying why.`, 'Is this the address of a Fanwise server? FANWISE_URL sets it.')
  throw new ApiError({ status: response.status, ...error })
}

function target(): { url: string; key: string | null } {
  const { FANWISE_URL, dataDir } = env()
  const saved = readSaved(dataDir)
  const url = (FANWISE_URL ?? saved?.url ?? 'http://localhost:3000').replace(/\/+$/, '')
  return { url, key: process.env.FANWISE_API_KEY || (saved === null ? null : (saved.workspaces[saved.current]?.apiKey ?? null)) }
}

interface Answered {
  ok: boolean
  status: number
  text: string
}

/** The whole answer: a server that goes away in the midst of one was not reached either. */
async function reach(address: string, init: RequestInit, url: string): Promise<Answered> {
  try {
    const response = await fetch(address, init)
    return { ok: response.ok, status: response.status, text: await response.text() }
  } catch (error) {
    const reason = error instanceof Error && error.name === 'TimeoutError' ? `did not answer within ${timeoutMs / 1000} s` : 'cannot be reached'
    throw new CliError(`The server at ${url} ${reason}.`, 'Start it with `npm start`, or set FANWISE_URL to its address.', exitCodes.unreachable)
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
