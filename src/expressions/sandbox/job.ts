/** Jobs for the guest, with the data that it reads already written out: the thread between passes it on unread. */
import { toBinaryJson } from '#expressions/sandbox/binary-json.ts'
import { copiesFor } from '#expressions/sandbox/changes.ts'
import type { SandboxJob, SandboxLimits } from '#expressions/sandbox/protocol.ts'

const identifier = /^[A-Za-z_$][\w$]*$/

/** Code gets these only where there are some: elsewhere it may have a variable of that name. */
const rareNames = ['events', 'approvals', 'item', 'index']

/** The body of a function over what the scope holds. */
export function codeJob(code: string, scope: object, limits: SandboxLimits): SandboxJob {
  const names = ['event', 'steps', 'run', 'env', ...rareNames.filter((name) => name in scope)]
  return { type: 'code', code, names, input: inputOf({ scope, names }), limits }
}

/** Expressions over the same scope. */
export function evaluateJob(expressions: string[], scope: object, limits: SandboxLimits): SandboxJob {
  const names = identifiers(scope)
  return { type: 'evaluate', expressions, names, input: inputOf({ scope, names, copies: expressions.length > 1 ? copiesFor(expressions, names) : undefined }), limits }
}

/** Expressions over each of some items. @param firstIndex of the first of them among all */
export function eachJob(expressions: string[], scope: object, items: unknown[], firstIndex: number, limits: SandboxLimits): SandboxJob {
  const names = identifiers(scope).filter((name) => name !== 'item' && name !== 'index')
  const all = [...names, 'item', 'index']
  return { type: 'each', expressions, names: all, input: inputOf({ scope, names, items, firstIndex, copies: copiesFor(expressions, all) }), limits }
}

/** With what the job's random numbers begin. */
function inputOf(read: object): string | Uint8Array<ArrayBuffer> {
  const input = { ...read, seed: Math.random() }
  return toBinaryJson(input) ?? JSON.stringify(input)
}

const identifiers = (scope: object): string[] => Object.keys(scope).filter((name) => identifier.test(name))
