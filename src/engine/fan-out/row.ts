/** A fan-out as its statements answer it. */
import { publicId } from '#base/ids.ts'
import type { JsonObject } from '#base/json.ts'
import { fanOutRunRange } from '#engine/derived-ids.ts'

/** `confirm`: nothing is sent until a person says go. */
export type FanOutState = 'confirm' | 'emitting' | 'canary' | 'running' | 'paused' | 'stopped' | 'cancelled' | 'settled'

export interface FanOutRow {
  workspace_id: string
  id: string
  run_id: string
  step: string
  state: FanOutState
  total: number
  items: number
  runs: number
  skipped: number
  canary: number | null
  stop_share: number | null
  base_id: string
  targets: string[]
  done: number
  failed: number
  cancelled: number
  /** Its emitting step sends no more. */
  sent: boolean
}

/** Children that have ended. Runs that were skipped never began and are not among them. */
export const endedOf = (row: Pick<FanOutRow, 'done' | 'failed' | 'cancelled'>): number => row.done + row.failed + row.cancelled

/** First and last possible run of each function that got runs. */
export function rangesOf(row: Pick<FanOutRow, 'base_id' | 'targets'>): { functionId: string; from: string; to: string }[] {
  return row.targets.map((functionId) => ({ functionId, ...fanOutRunRange(row.base_id, functionId) }))
}

/** What the emitting step ends with when the rest is cancelled. @param firstId the event of item 0 */
export function cutShortOutput(id: string, count: number, firstId: string): JsonObject {
  return { count, cancelled: true, fanOutId: publicId('fan', id), ...(count === 0 ? {} : { firstId: publicId('evt', firstId) }) }
}

/** Ended children before a share of failures says anything. */
export const endedToJudge = 20

/** Why it must stop by itself, or null. */
export function stopReason(row: FanOutRow): string | null {
  const ended = endedOf(row)
  if (row.stop_share === null || ended < endedToJudge || (row.state !== 'emitting' && row.state !== 'running')) return null
  if (row.failed / ended <= row.stop_share) return null
  return `${row.failed.toLocaleString('en')} of ${ended.toLocaleString('en')} failed: ${percent(row.failed / ended)}, more than ${percent(row.stop_share)}.`
}

/** What becomes of a canary: null while its runs have not ended. */
export function canaryVerdict(row: FanOutRow): 'go' | { reason: string } | null {
  if (row.state !== 'canary' || endedOf(row) < row.runs) return null
  const bad = row.failed + row.cancelled
  if (bad === 0) return 'go'
  const first = `the first ${(row.canary ?? row.items).toLocaleString('en')} ${(row.canary ?? row.items) === 1 ? 'item' : 'items'}`
  const what = [row.failed > 0 ? `${row.failed.toLocaleString('en')} failed` : '', row.cancelled > 0 ? `${row.cancelled.toLocaleString('en')} ${row.cancelled === 1 ? 'was' : 'were'} cancelled` : ''].filter((part) => part !== '').join(' and ')
  return { reason: `Of ${row.runs.toLocaleString('en')} ${row.runs === 1 ? 'run' : 'runs'} of ${first}, ${what}.` }
}

/** Why nothing of it is sent yet. `person` null = any owner or admin; `above` null = the setting is off by now. */
export function confirmSentence({ total, above, person }: { total: number; above: number | null; person: string | null }): string {
  const items = `${total.toLocaleString('en')} ${total === 1 ? 'item' : 'items'}`
  return `Waiting until ${person ?? 'an owner or admin'} says go: ${items}${above === null || total <= above ? ' is more than this workspace allowed when it began' : ` is above this workspace’s ${above.toLocaleString('en')}`}.`
}

/** True when everything is over and only the word of it is missing. */
export function maySettle(row: FanOutRow): boolean {
  return row.state !== 'settled' && row.sent && endedOf(row) >= row.runs
}

function percent(share: number): string {
  return `${(Math.round(share * 1000) / 10).toLocaleString('en')} %`
}
