/**
 * The one error class. Every message says what is wrong; `fix` says what to do next.
 * The table below is the only place that maps a code to HTTP and tRPC.
 */
export const errorCodes = {
  bad_request: { http: 400, trpc: 'BAD_REQUEST', retriable: false },
  invalid_event: { http: 400, trpc: 'BAD_REQUEST', retriable: false },
  invalid_graph: { http: 422, trpc: 'UNPROCESSABLE_CONTENT', retriable: false },
  unauthorized: { http: 401, trpc: 'UNAUTHORIZED', retriable: false },
  forbidden: { http: 403, trpc: 'FORBIDDEN', retriable: false },
  not_found: { http: 404, trpc: 'NOT_FOUND', retriable: false },
  gone: { http: 410, trpc: 'NOT_FOUND', retriable: false },
  conflict: { http: 409, trpc: 'CONFLICT', retriable: false },
  too_large: { http: 413, trpc: 'PAYLOAD_TOO_LARGE', retriable: false },
  unsupported_media_type: { http: 415, trpc: 'UNSUPPORTED_MEDIA_TYPE', retriable: false },
  rate_limited: { http: 429, trpc: 'TOO_MANY_REQUESTS', retriable: true },
  unavailable: { http: 503, trpc: 'SERVICE_UNAVAILABLE', retriable: true },
  internal: { http: 500, trpc: 'INTERNAL_SERVER_ERROR', retriable: false },

  // What a step can fail with. `retriable` is the default of the code.
  step_input: { http: 422, trpc: 'UNPROCESSABLE_CONTENT', retriable: false },
  step_missing_value: { http: 422, trpc: 'UNPROCESSABLE_CONTENT', retriable: false },
  step_code: { http: 422, trpc: 'UNPROCESSABLE_CONTENT', retriable: true },
  step_limit: { http: 422, trpc: 'UNPROCESSABLE_CONTENT', retriable: false },
  step_timeout: { http: 504, trpc: 'TIMEOUT', retriable: true },
  step_outside: { http: 502, trpc: 'BAD_GATEWAY', retriable: true },
  step_refused: { http: 502, trpc: 'BAD_GATEWAY', retriable: false },
  /** The service it calls is parked: the run is held without using up an attempt. */
  step_parked: { http: 503, trpc: 'SERVICE_UNAVAILABLE', retriable: false },

  // Why a run was not begun, or was ended from outside.
  run_skipped: { http: 409, trpc: 'CONFLICT', retriable: false },
  run_timeout: { http: 504, trpc: 'TIMEOUT', retriable: false },
  run_cancelled: { http: 409, trpc: 'CONFLICT', retriable: false },
} as const

export type ErrorCode = keyof typeof errorCodes

export interface ErrorDetails {
  /** What the reader should do next. */
  fix?: string
  /** The input field at fault, as a path: `data`, `graph.nodes.n_1.slug`. */
  field?: string
  cause?: unknown
  /** Overrides the code's default for steps (HTTP 404 is final, 503 is not). */
  retriable?: boolean
  /** Earliest next attempt, milliseconds from now (Retry-After). */
  retryAfterMs?: number
  /** Facts for people and programs: status, host, body… Plain JSON. */
  facts?: Record<string, unknown>
}

export interface ErrorShape {
  code: ErrorCode
  message: string
  field?: string
  fix?: string
  facts?: Record<string, unknown>
}

export class FanwiseError extends Error {
  readonly code: ErrorCode
  readonly fix?: string
  readonly field?: string
  readonly retriable: boolean
  readonly retryAfterMs?: number
  readonly facts?: Record<string, unknown>

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'FanwiseError'
    this.code = code
    this.fix = details.fix
    this.field = details.field
    this.retriable = details.retriable ?? errorCodes[code].retriable
    this.retryAfterMs = details.retryAfterMs
    this.facts = details.facts
  }

  get httpStatus(): number {
    return errorCodes[this.code].http
  }

  /** The wire shape: `{ error: shape }` in REST, `error` columns in the database. */
  toShape(): ErrorShape {
    const shape: ErrorShape = { code: this.code, message: this.message }
    if (this.field !== undefined) shape.field = this.field
    if (this.fix !== undefined) shape.fix = this.fix
    if (this.facts !== undefined) shape.facts = this.facts
    return shape
  }
}

/** Also true for an instance made by another copy of this module: the door and Next each load their own. */
export function isFanwiseError(thrown: unknown): thrown is FanwiseError {
  if (thrown instanceof FanwiseError) return true
  return thrown instanceof Error && thrown.name === 'FanwiseError' && 'code' in thrown && String(thrown.code) in errorCodes
}

/** Turns anything thrown into a FanwiseError; unknown ones become `internal` without leaking their text. */
export function toFanwiseError(thrown: unknown): FanwiseError {
  if (isFanwiseError(thrown)) return thrown
  return new FanwiseError('internal', 'Something failed inside Fanwise.', {
    fix: 'Try again. If it happens again, look in the server log.',
    cause: thrown,
  })
}

/** To whoever still sends to a workspace that was deleted. */
export const workspaceGone = (): FanwiseError => new FanwiseError('gone', 'The workspace this belonged to was deleted.', { fix: 'Stop sending to it, or use an address or key of another workspace.' })
