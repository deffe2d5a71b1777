/** argon2id. A check against nobody costs the same time as one against an account. */
import { hash, verify } from '@node-rs/argon2'
import { FanwiseError } from '#base/errors.ts'

// OWASP's second profile: 19 MiB, two passes, one lane.
const options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const lengthMin = 8
const lengthMax = 200

let nobody: Promise<string> | undefined

export function checkPasswordRules(password: string): void {
  if (password.length < lengthMin) {
    throw new FanwiseError('bad_request', `The password has ${password.length} characters.`, { field: 'password', fix: `Use at least ${lengthMin}.` })
  }
  if (password.length > lengthMax) {
    throw new FanwiseError('bad_request', 'The password is too long.', { field: 'password', fix: `Use at most ${lengthMax} characters.` })
  }
}

export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize('NFKC'), options)
}

/** `stored` null = no such account. Takes as long either way. */
export async function passwordMatches(stored: string | null, password: string): Promise<boolean> {
  nobody ??= hash('nobody has this password', options)
  const against = stored ?? (await nobody)
  const matches = await verify(against, password.slice(0, lengthMax).normalize('NFKC'))
  return stored !== null && matches
}
