/** Connections in words. Pure. */
import type { ConnectionEntry } from '#server/connections/store.ts'

export type Kind = ConnectionEntry['kind']

export const kindWords: Record<Kind, string> = {
  bearer: 'Bearer token', basic: 'User and password', header: 'A header of its own', query: 'A parameter in the address', oauth2: 'OAuth2 client credentials',
}

/** What its one secret is called. */
export const secretWords: Record<Kind, string> = { bearer: 'Token', basic: 'Password', header: 'Key', query: 'Key', oauth2: 'Client secret' }

/** "ends in 4f2a", or that it is there. */
export const endsIn = (last4: string | null): string => (last4 === null ? 'set' : `ends in ${last4}`)

/** Hosts as people write them: with commas, spaces or lines between. */
export const hostsIn = (text: string): string[] => text.split(/[\s,]+/).filter((part) => part !== '')

export const countedSteps = (n: number): string => (n === 0 ? 'no step' : n === 1 ? '1 step' : `${n} steps`)
