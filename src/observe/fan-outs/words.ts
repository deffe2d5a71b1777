/** A fan-out in words: its state, and one sentence that says how it goes. Pure. */
import type { FanOutSummary } from '#server/fan-outs/view-fan-out.ts'
import type { UiStatus } from '#ui/status.ts'
import { formatDuration } from '#ui/time.ts'

export type ShownFanOut = Pick<FanOutSummary,
  'state' | 'reason' | 'total' | 'sent' | 'runs' | 'skipped' | 'done' | 'failed' | 'cancelled' | 'running' | 'waiting' | 'rate' | 'leftMs' | 'canary' | 'startedAt' | 'settledAt'>

export const number = (n: number): string => n.toLocaleString('en')
export const things = (n: number, one: string): string => `${number(n)} ${n === 1 ? one : `${one}s`}`

export function fanOutStatus(fan: Pick<ShownFanOut, 'state' | 'failed' | 'running' | 'waiting' | 'cancelled' | 'done'>): { status: UiStatus; word: string } {
  switch (fan.state) {
    case 'confirm': return { status: 'waiting', word: 'Waiting for a go' }
    case 'emitting': return { status: 'running', word: 'Sending' }
    case 'canary': return { status: 'waiting', word: 'Trying the first' }
    case 'running': return { status: 'running', word: 'Running' }
    case 'paused': return { status: 'held', word: 'Paused' }
    case 'stopped': return { status: 'warning', word: 'Stopped by itself' }
    case 'cancelled': return { status: 'cancelled', word: 'Cancelling the rest' }
    case 'settled':
      if (fan.running + fan.waiting > 0) return { status: 'running', word: 'Retrying' }
      if (fan.failed > 0) return { status: 'failed', word: 'Settled' }
      return fan.cancelled > 0 && fan.done === 0 ? { status: 'cancelled', word: 'Settled' } : { status: 'completed', word: 'Settled' }
  }
}

/** What happens, and what comes next. */
export function fanOutSentence(fan: ShownFanOut): string {
  const rest = fan.total - fan.sent
  const pace = fan.rate > 0 && fan.running + fan.waiting > 0 ? ` ${things(Math.round(fan.rate) || 1, 'run')} a second` : ''
  const left = fan.leftMs === null ? '' : `, about ${formatDuration(roundUp(fan.leftMs))} left`
  switch (fan.state) {
    case 'confirm': return fan.reason ?? `Waiting until a person says go: ${things(fan.total, 'item')}.`
    case 'emitting': return `Sending ${things(fan.total, 'item')}: ${number(fan.sent)} so far.${pace === '' ? '' : `${pace}${left}.`}`
    case 'canary': return fan.reason === null
      ? `The first ${number(fan.canary ?? fan.sent)} of ${things(fan.total, 'item')} are being tried. The other ${number(rest)} follow once these have completed.`
      : `${fan.reason} The other ${number(rest)} wait until somebody decides.`
    case 'running': return `${things(fan.total, 'item')} sent.${pace === '' ? '' : `${pace}${left}.`}`
    case 'paused': return `${fan.reason ?? 'Paused.'} ${things(fan.waiting, 'run')} ${fan.waiting === 1 ? 'is' : 'are'} held${rest > 0 ? `, ${things(rest, 'item')} not sent yet` : ''}; what was running finishes.`
    case 'stopped': return `${fan.reason ?? 'Too many failed.'} ${things(fan.waiting, 'run')} ${fan.waiting === 1 ? 'is' : 'are'} held${rest > 0 ? `, ${things(rest, 'item')} not sent yet` : ''}.`
    case 'cancelled': return `${fan.reason ?? 'The rest was cancelled.'} What is running finishes.`
    case 'settled': return settledSentence(fan, rest)
  }
}

function settledSentence(fan: ShownFanOut, rest: number): string {
  const took = fan.settledAt === null ? '' : ` after ${formatDuration(Date.parse(fan.settledAt) - Date.parse(fan.startedAt))}`
  if (fan.runs === 0) return rest > 0 ? `${number(fan.sent)} of ${things(fan.total, 'item')} sent, no run began.` : `${things(fan.total, 'item')} sent; no function reacted.`
  const parts = [`${number(fan.done)} done`, fan.failed > 0 ? `${number(fan.failed)} failed` : '', fan.cancelled > 0 ? `${number(fan.cancelled)} cancelled` : ''].filter((part) => part !== '')
  const open = fan.running + fan.waiting
  const again = open > 0 ? ` ${things(open, 'run')} being retried.` : ''
  return `Everything has ended${took}: ${parts.join(', ')}.${rest > 0 ? ` ${things(rest, 'item')} ${rest === 1 ? 'was' : 'were'} not sent.` : ''}${again}`
}

/** Whole seconds below a minute, tens above. */
const roundUp = (ms: number): number => (ms < 60_000 ? Math.max(1000, Math.ceil(ms / 1000) * 1000) : Math.ceil(ms / 10_000) * 10_000)

const actions: Record<string, string> = {
  confirm: 'said go', pause: 'paused it', resume: 'resumed it', cancel: 'cancelled the rest', go: 'let the rest go', stop: 'stopped it', 'retry-failed': 'retried what failed', limit: 'changed the limit',
}

/** "Ada paused it: The bank is closed." */
export function auditText(line: { actor: string; action: string; detail: Record<string, unknown> | null }): string {
  const { actor, action, detail } = line
  const who = actor.includes('@') ? actor : actor.charAt(0).toUpperCase() + actor.slice(1)
  if (action === 'limit' && detail !== null) return `${who} set the limit of ${String(detail['function'])} from ${String(detail['before'])} to ${String(detail['limit'])}`
  if (action === 'retry-failed' && detail !== null) return `${who} retried ${things(Number(detail['runs']), 'failed run')}`
  if (action === 'go' && actor === 'Fanwise') return 'The first items completed; the rest went'
  const reason = typeof detail?.['reason'] === 'string' && !detail['reason'].startsWith('Paused by') ? `: ${detail['reason'].replace(/\.$/, '')}` : ''
  return `${who} ${actions[action] ?? action}${reason}`
}
