/** The items of a step that runs once for each of a list: small rows only, however large what they gave. */
import { placeOf } from '#engine/each-loop.ts'
import { readable } from '#engine/sql/readable-json.ts'
import { moment } from '#server/runs/run-row.ts'

export interface ItemView {
  index: number
  status: 'completed' | 'failed' | 'retrying' | 'waiting'
  attempt: number
  startedAt: string | null
  endedAt: string | null
  error: string | null
}

export interface EachView {
  /** Null until the first item has ended. */
  total: number | null
  done: number
  failed: number
  startedAt: string | null
  /** By index; those that have not been tried yet are left out. */
  items: ItemView[]
}

export interface ItemRow {
  step: string
  status: number
  attempt: number
  started_ms: number
  ended_ms: number
  error: string | null
  total: number | null
}

export const itemsText = `select step, status, attempt, (extract(epoch from started_at) * 1000)::float8 as started_ms, (extract(epoch from ended_at) * 1000)::float8 as ended_ms,
    ${readable('error')}->>'message' as error, (${readable('input')}->>'of')::int as total
  from step where workspace_id = $1 and run_id = $2 and strpos(step, '#') > 0`

/** The step itself, or one of its items. */
export const ownOrItems = (id: string, step: string): boolean => id === step || id.startsWith(`${step}#`)

interface Recorded {
  items: ItemRow[]
  attempts: { step: string; attempt: number; started_ms: number; error: string }[]
  waits: { step: string; open: boolean; created_ms: number }[]
}

/** @param total as the step's own row says, once it has one */
export function viewItems(step: string, recorded: Recorded, total: number | null): EachView {
  const items = new Map<number, ItemView>()
  const indexOf = (id: string) => {
    const place = placeOf(id)
    return place !== null && place.of === step ? place.index : null
  }
  for (const one of recorded.attempts) {
    const index = indexOf(one.step)
    if (index !== null) items.set(index, { index, status: 'retrying', attempt: one.attempt + 1, startedAt: moment(one.started_ms), endedAt: null, error: (JSON.parse(one.error) as { message: string }).message })
  }
  for (const one of recorded.waits) {
    const index = indexOf(one.step)
    if (index !== null && one.open) items.set(index, { index, status: 'waiting', attempt: 1, startedAt: moment(one.created_ms), endedAt: null, error: null })
  }
  const ended = recorded.items.filter((row) => indexOf(row.step) !== null)
  for (const row of ended) {
    const index = indexOf(row.step)!
    items.set(index, { index, status: row.status === 1 ? 'completed' : 'failed', attempt: row.attempt, startedAt: moment(row.started_ms), endedAt: moment(row.ended_ms), error: row.error })
  }
  const started = ended.length === 0 ? null : Math.min(...ended.map((row) => row.started_ms))
  return {
    total: total ?? ended.find((row) => row.total !== null)?.total ?? null,
    done: ended.filter((row) => row.status === 1).length, failed: ended.filter((row) => row.status === 2).length,
    startedAt: moment(started), items: [...items.values()].sort((a, b) => a.index - b.index),
  }
}
