/** What an event's name may be, for senders (exact) and for triggers (exact, or a pattern). */
import { settledEvent } from '#graph/definition.ts'

export const eventNameMax = 256
/** Names that Fanwise itself sends and functions may react to. */
export const ownEventNames = ['fanwise/function.failed', 'fanwise/function.finished', 'fanwise/function.cancelled', settledEvent]

export interface NameProblem {
  code: string
  message: string
  fix: string
}

const fixName = 'Write one such as user/account.created.'

/** Null when the name may be used; `trigger` allows `/*`, `.*` and the names Fanwise sends itself. */
export function eventNameProblem(name: string, use: 'trigger' | 'send'): NameProblem | null {
  if (name.trim() === '') return { code: 'event-name-missing', message: 'The event has no name.', fix: fixName }
  if (name.length > eventNameMax) return { code: 'event-name-long', message: `The name has ${name.length} characters; ${eventNameMax} is the most.`, fix: 'Shorten it and put the details in the data.' }
  if (/[\s\p{Cc}{}]/u.test(name)) return { code: 'event-name-invalid', message: `\`${name}\` has a space, a brace or a control character in it.`, fix: fixName }
  if (/\p{Cf}/u.test(name)) return { code: 'event-name-invisible', message: `\`${name.replace(/\p{Cf}/gu, '')}\` has a character in it that nobody sees, so it would be another event than the one it looks like.`, fix: 'Type the name anew instead of pasting it.' }
  if (/^(fanwise|inngest)\//i.test(name)) return reservedProblem(name, use)
  if (name.includes('*')) return use === 'send' ? { code: 'event-name-wildcard', message: 'Only triggers may have a `*`.', fix: 'Send an exact name.' } : wildcardProblem(name)
  return null
}

function reservedProblem(name: string, use: 'trigger' | 'send'): NameProblem | null {
  if (use === 'trigger' && /^fanwise\/(function|fan-out)\.(\*|[a-z_.-]+)$/.test(name)) return null
  const prefix = name.slice(0, name.indexOf('/') + 1)
  return {
    code: 'event-name-reserved', message: `Names that start with \`${prefix}\` are reserved.`,
    fix: use === 'trigger' ? 'Choose another prefix. Functions may react to `fanwise/function.failed` and its like, and to `fanwise/fan-out.settled`.' : 'Choose another prefix.',
  }
}

function wildcardProblem(name: string): NameProblem | null {
  const star = name.indexOf('*')
  const before = name[star - 1]
  if (star === name.length - 1 && star > 1 && (before === '/' || before === '.')) return null
  return {
    code: 'event-wildcard-invalid', message: 'A `*` stands only at the end, after a `/` or a `.`.',
    fix: 'Write one such as order/* or user/account.*.',
  }
}
