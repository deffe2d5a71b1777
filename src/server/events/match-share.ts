/**
 * How many of the last events a condition lets through, asked while somebody types it. It looks at stored events only, at so
 * many and for so long at most, and gives the loop back between pages: a condition that costs much is answered from fewer.
 */
import { FanwiseError } from '#base/errors.ts'
import { publicId, uuidFloor } from '#base/ids.ts'
import type { Json } from '#base/json.ts'
import { compileCel, type CompiledCel } from '#expressions/cel.ts'
import { db } from '#server/db.ts'

export const matchEventsMost = 5000
const pageSize = 250
const eventCharactersMost = 100_000
const charactersMost = 8_000_000
const timeMost = 1500
const patternLooksAt = 10_000
const examplesMost = 3
const factsMost = 3
const factCharactersMost = 40

export interface MatchExample {
  /** Public id. */
  id: string
  receivedAt: string
  /** What the condition read of it: `["plan", "\"pro\""]`. */
  facts: [string, string][]
}

export interface MatchShare {
  /** Events the condition was tried on. */
  looked: number
  matched: number
  /** Of those that do not match: those that lack a field the condition reads. */
  missing: number
  /** Of those that do not match: those it cannot be worked out for, such as text compared with `>`. */
  failing: number
  /** The field that is missing most. */
  missingPath: string | null
  /** False when there were more events than it had time or room for. */
  complete: boolean
  /** No sender has sent one yet: these were sent by hand from here. */
  byHand: boolean
  matches: MatchExample[]
  others: MatchExample[]
}

export interface MatchQuestion {
  /** Exact name, or a pattern such as `order/*`. */
  event: string
  condition: string
  /** Newest so many. */
  limit: number
  /** Only those stored since then, in milliseconds. */
  since?: number
}

interface Row {
  id: string
  name: string
  data: string
  ts: string
  v: string | null
  received_ms: number
}

/** Null while the condition cannot be read: the form says so already. */
export async function matchShare(workspaceId: string, question: MatchQuestion, now: () => number = Date.now): Promise<MatchShare | null> {
  const condition = compiled(question.condition)
  if (condition === null || question.event === '') return null
  const started = now()
  const limit = Math.min(question.limit, matchEventsMost)
  const since = question.since === undefined ? null : uuidFloor(question.since)
  let ids = await idsOf(workspaceId, question.event, limit + 1, since, false)
  const byHand = ids.length === 0
  if (byHand) ids = await idsOf(workspaceId, question.event, limit + 1, since, true)
  const share: MatchShare = { looked: 0, matched: 0, missing: 0, failing: 0, missingPath: null, complete: ids.length <= limit, byHand, matches: [], others: [] }
  const missing = new Map<string, number>()
  let characters = 0
  for (let from = 0; from < Math.min(limit, ids.length); from += pageSize) {
    if (characters > charactersMost || now() - started > timeMost) {
      share.complete = false
      break
    }
    for (const row of await rowsOf(workspaceId, ids.slice(from, Math.min(limit, from + pageSize)))) {
      if (now() - started > timeMost) {
        share.complete = false
        break
      }
      characters += row.data.length
      count(share, condition, row, missing)
    }
  }
  share.missingPath = [...missing].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null
  return share
}

function compiled(text: string): CompiledCel | null {
  try {
    return compileCel(text, ['event'])
  } catch {
    return null
  }
}

function count(share: MatchShare, condition: CompiledCel, row: Row, missing: Map<string, number>): void {
  const event = { id: publicId('evt', row.id), name: row.name, data: JSON.parse(row.data) as Json, ts: Number(row.ts), ...(row.v === null ? {} : { v: row.v }) }
  share.looked += 1
  const result = tryOn(condition, event)
  if (result === true) share.matched += 1
  else if (typeof result === 'object') {
    share.missing += 1
    missing.set(result.path, (missing.get(result.path) ?? 0) + 1)
  } else if (result === 'fails') share.failing += 1
  const examples = result === true ? share.matches : share.others
  if (examples.length >= examplesMost) return
  const facts = factsOf(condition, event)
  // Three that look the same teach nothing that one does not.
  if (examples.every((one) => JSON.stringify(one.facts) !== JSON.stringify(facts))) examples.push({ id: event.id, receivedAt: new Date(row.received_ms).toISOString(), facts })
}

/** As the router decides it: only `true` matches. */
function tryOn(condition: CompiledCel, event: Record<string, unknown>): boolean | { path: string } | 'fails' {
  try {
    return condition.evaluate({ event }) === true
  } catch (error) {
    if (error instanceof FanwiseError && error.code === 'step_missing_value') return { path: String(error.facts?.['path'] ?? 'a field') }
    return 'fails'
  }
}

/** What the condition reads, as it stands in this event. */
function factsOf(condition: CompiledCel, event: Record<string, unknown>): [string, string][] {
  const facts = new Map<string, string>()
  for (const { root, path } of condition.references) {
    const label = path.at(-1)
    if (root !== 'event' || label === undefined || facts.has(label) || facts.size === factsMost) continue
    const value = path.reduce<unknown>((at, key) => (typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? (at as Record<string, unknown>)[key] : undefined), event)
    const text = value === undefined ? 'missing' : JSON.stringify(value)
    facts.set(label, text.length > factCharactersMost ? `${text.slice(0, factCharactersMost - 1)}…` : text)
  }
  return [...facts]
}

/** Newest first. What people sent by hand is asked for apart: it is no evidence of what senders send. */
async function idsOf(workspaceId: string, event: string, limit: number, since: string | null, byHand: boolean): Promise<string[]> {
  const rows = event.endsWith('*')
    // A pattern has no index of its own: it is looked for among the newest events only.
    ? await db().$queryRaw<{ id: string }[]>`
      select n.id::text as id from (
        select id, name, source from event where workspace_id = ${workspaceId}::uuid and (${since}::uuid is null or id >= ${since}::uuid) order by id desc limit ${patternLooksAt}
      ) n where starts_with(n.name, ${event.slice(0, -1)}) and length(n.name) >= length(${event}) and (n.source = 'ui') = ${byHand} order by n.id desc limit ${limit}`
    : await db().$queryRaw<{ id: string }[]>`
      select id::text as id from event where workspace_id = ${workspaceId}::uuid and name = ${event} and (source = 'ui') = ${byHand}
        and (${since}::uuid is null or id >= ${since}::uuid) order by id desc limit ${limit}`
  return rows.map((row) => row.id)
}

function rowsOf(workspaceId: string, ids: string[]): Promise<Row[]> {
  return db().$queryRaw<Row[]>`
    select id::text as id, name, data::text as data, ts::text as ts, v, (extract(epoch from received_at) * 1000)::float8 as received_ms
    from event where workspace_id = ${workspaceId}::uuid and id = any(${ids}::uuid[]) and length(data::text) <= ${eventCharactersMost} order by id desc`
}
