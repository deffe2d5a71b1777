/** What passes between the pool and a sandbox thread. Data goes in as QuickJS reads it and comes out as JSON text; the thread itself reads neither. */
import type { ErrorCode } from '#base/errors.ts'

export interface SandboxLimits {
  /** Time the guest may compute. */
  timeoutMs: number
  memoryMb: number
}

/** Made by job.ts. */
export type SandboxJob = {
  /** Parameters of the functions that are made of the code or of each expression. */
  names: string[]
  /** What the harness reads: the scope, and the items of a slice. In binary form, or as JSON text where it is too deep for that. */
  input: string | Uint8Array<ArrayBuffer>
  limits: SandboxLimits
} & ({ type: 'code'; code: string } | { type: 'evaluate' | 'each'; expressions: string[] })

/** A thread's first word: its number as the system counts threads, null where it does not tell. */
export interface SandboxReady {
  ready: number | null
}

export interface SandboxFault {
  code: Extract<ErrorCode, 'step_code' | 'step_limit' | 'step_timeout'>
  message: string
  fix?: string
  facts?: Record<string, unknown>
}

/** `recycle`: the thread is no longer sure to be clean and wants to be replaced. */
export type SandboxAnswer = ({ ok: true; /** JSON text. */ output: string } | { ok: false; fault: SandboxFault }) & { recycle?: boolean; /** What code wrote to its console, a line each. */ printed?: string }

/** Characters of JSON a guest may give back. */
export const maxOutputLength = 4 * 1024 * 1024
/** Characters or bytes that a job may take in. */
export const maxInputLength = 32 * 1024 * 1024
/** Characters of the console that are kept, and of one line. */
export const maxPrintedLength = 16_000
export const maxPrintedLine = 2000
export const stackBytes = 256 * 1024
