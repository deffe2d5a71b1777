/**
 * The sandbox for trying fields of a drawing: a thread and a time limit of its own, so that what people
 * try holds up no run. On globalThis for the reason given in engine.ts.
 */
import { FanwiseError } from '#base/errors.ts'
import type { SandboxPool } from '#expressions/sandbox/pool.ts'

export const tryMs = 1000
const waitingMost = 20

type Evaluate = SandboxPool['evaluate']
const holder = globalThis as typeof globalThis & { __fanwiseTrySandbox?: Evaluate | undefined }

export function setTrySandbox(evaluate: Evaluate | undefined): void {
  let waiting = 0
  holder.__fanwiseTrySandbox = evaluate === undefined ? undefined : async (expressions, scope, workspace) => {
    if (waiting >= waitingMost) throw new FanwiseError('unavailable', 'Too many fields are being tried at once.', { fix: 'It shows again with the next change.', retriable: true })
    waiting++
    try {
      return await evaluate(expressions, scope, workspace)
    } finally {
      waiting--
    }
  }
}

export function trySandbox(): Evaluate {
  if (holder.__fanwiseTrySandbox === undefined) throw new FanwiseError('unavailable', 'The sandbox is not running in this process.', { retriable: true })
  return holder.__fanwiseTrySandbox
}
