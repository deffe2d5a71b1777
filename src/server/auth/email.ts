import { FanwiseError } from '#base/errors.ts'

const shape = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/
// Lists, display names and header tricks all need one of these.
const forbidden = /[,;<>"()[\]\\:\p{Cc}\p{Cf}\p{Zs}]/u

/** One plain address in its one spelling, or a bad_request. */
export function normaliseEmail(text: string): string {
  const email = text.trim().normalize('NFKC').toLowerCase()
  if (email.length > 254 || forbidden.test(email) || !shape.test(email)) {
    throw new FanwiseError('bad_request', 'This is not one e-mail address.', { field: 'email', fix: 'Write it as name@example.com.' })
  }
  return email
}
