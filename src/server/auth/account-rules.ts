/** What holds for every new account, however it comes into being. */
import { FanwiseError } from '#base/errors.ts'

export const nameOrNull = (name: string | undefined): string | null => name?.trim() || null

export function addressTaken(): FanwiseError {
  return new FanwiseError('conflict', 'This e-mail address has an account.', { field: 'email', fix: 'Sign in instead.' })
}
