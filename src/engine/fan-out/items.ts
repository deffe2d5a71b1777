/**
 * What became of each item of a fan-out: its event's id and its runs' ids follow from its place, so a page
 * is read by primary keys alone. One entry a run; an item that started none has one entry of its own.
 */
import type pg from 'pg'
import type { ErrorShape } from '#base/errors.ts'
import { publicId } from '#base/ids.ts'
import type { Json } from '#base/json.ts'
import { fanOutRunRange, runIdFor, runMask } from '#engine/derived-ids.ts'
import { endedOf, type FanOutRow } from '#engine/fan-out/row.ts'
import { outputOfRun } from '#engine/fan-out/run-output.ts'
import { fanOutFailedIds, fanOutOpenIds, fanOutOutputs, fanOutRuns } from '#engine/sql/fan-out.ts'
import { parseError } from '#engine/sql/short-error.ts'
import { texts, uuids } from '#engine/sql/arrays.ts'
import { runStateOf, type JobState, type RunState } from '#engine/states.ts'
import type { FunctionDefinition } from '#graph/definition.ts'

export type ItemStatus = RunState | 'not sent' | 'no run'

export interface FanOutItem {
  /** Its place in the list, from 0. */
  index: number
  eventId: string | null
  runId: string | null
  /** Slug. */
  function: string | null
  status: ItemStatus
  startedAt: string | null
  endedAt: string | null
  /** Of a completed run, when asked for. */
  output: Json
  error: ErrorShape | null
}

export interface ItemQuery {
  offset: number
  limit: number
  /** Only these states; absent = all. */
  only?: readonly ItemStatus[]
  outputs?: boolean
}

export interface ItemPage {
  items: FanOutItem[]
  /** Where the next page begins; null = this was the last. */
  next: number | null
}

interface RunRow {
  run: string
  function_id: string
  version: number
  status: number
  state: JobState | null
  error: string | null
  started_ms: number | null
  ended_ms: number | null
}

const itemsPerBlock = 1000
/** Items looked at for one page: a rare outcome may give a short page that goes on. */
const itemsPerPageMax = 50_000
/** So many of one outcome are found by themselves, instead of among all items. */
const fewMost = 5000
const outputBytesMax = 3_000_000

type Functions = Map<string, { slug: string; versions: Map<number, FunctionDefinition> }>

/** A page of items, whole items only; with outputs it ends early when they grow beyond 3 MB. */
export async function readItems(pool: pg.Pool, row: FanOutRow, query: ItemQuery): Promise<ItemPage> {
  const functions: Functions = new Map()
  await loadSlugs(pool, row, functions)
  const items: FanOutItem[] = []
  let bytes = 0
  let at = query.offset
  const few = await fewThatMay(pool, row, query)
  const stop = few === null ? Math.min(row.total, query.offset + itemsPerPageMax) : row.total
  while (at < stop && items.length < query.limit) {
    const most = query.only === undefined ? Math.min(itemsPerBlock, query.limit - items.length) : itemsPerBlock
    const places = few === null ? Array.from({ length: Math.min(stop, at + most) - at }, (_, n) => at + n) : few.splice(0, most)
    if (places.length === 0) return { items, next: null }
    const block = await readBlock(pool, row, functions, places, query.only)
    if (query.outputs === true) await addOutputs(pool, row.workspace_id, functions, fitting(block, query.limit - items.length))
    for (const index of places) {
      const entries = block.get(index) ?? []
      if (items.length > 0 && items.length + entries.length > query.limit) return { items, next: index }
      const size = query.outputs === true ? entries.reduce((sum, entry) => sum + (entry.raw?.length ?? 0), 0) : 0
      if (items.length > 0 && bytes + size > outputBytesMax) return { items, next: index }
      bytes += size
      for (const { raw: _raw, row: _row, ...entry } of entries) items.push(entry)
    }
    at = places.at(-1)! + 1
  }
  return { items, next: at < row.total ? at : null }
}

const openStates: readonly ItemStatus[] = ['queued', 'running', 'sleeping', 'waiting', 'held']

/** Places of all that may have such an outcome, in order from the offset on, where a small table knows them; null = each has to be looked at. */
async function fewThatMay(pool: pg.Pool, row: FanOutRow, { only, offset }: ItemQuery): Promise<number[] | null> {
  const failed = only?.every((status) => status === 'failed') === true
  const open = only?.every((status) => openStates.includes(status)) === true
  if ((!failed && !open) || (failed ? row.failed : row.runs - endedOf(row)) > fewMost) return null
  const places = new Set<number>()
  for (const functionId of row.targets) {
    const mask = runMask(functionId)
    const { from, to } = fanOutRunRange(row.base_id, functionId)
    const { rows } = await pool.query<{ run: string }>({ ...(failed ? fanOutFailedIds : fanOutOpenIds), values: [row.workspace_id, from, to] })
    // The place is in the last 32 bits of an item's event, from which those of its run follow.
    for (const { run } of rows) places.add((parseInt(run.slice(28), 16) ^ mask.c) >>> 0)
  }
  return [...places].filter((place) => place >= offset && place < row.items).sort((a, b) => a - b)
}

interface Entry extends FanOutItem {
  row?: RunRow
  /** Output as JSON text. */
  raw?: string
}

async function readBlock(pool: pg.Pool, row: FanOutRow, functions: Functions, places: readonly number[], only: readonly ItemStatus[] | undefined): Promise<Map<number, Entry[]>> {
  const masks = row.targets.map((id) => runMask(id))
  const head = row.base_id.slice(0, 28)
  const ids: string[] = []
  for (const index of places) if (index < row.items) for (const mask of masks) ids.push(runIdFor(head + hex8(index), mask))
  const { rows } = ids.length === 0 ? { rows: [] } : await pool.query<RunRow>({ ...fanOutRuns, values: [row.workspace_id, uuids(ids)] })
  const byId = new Map(rows.map((found) => [found.run, found]))
  const block = new Map<number, Entry[]>()
  const wanted = (status: ItemStatus) => only === undefined || only.includes(status)
  for (const index of places) {
    const base = { index, startedAt: null, endedAt: null, output: null, error: null }
    if (index >= row.items) {
      if (wanted('not sent')) block.set(index, [{ ...base, eventId: null, runId: null, function: null, status: 'not sent' }])
      continue
    }
    const eventUuid = head + hex8(index)
    const runs = masks.map((mask) => byId.get(runIdFor(eventUuid, mask))).filter((run) => run !== undefined)
    const eventId = publicId('evt', eventUuid)
    const entries: Entry[] = runs.length === 0
      ? [{ ...base, eventId, runId: null, function: null, status: 'no run' }]
      : runs.map((run) => ({
          ...base, eventId, runId: publicId('run', run.run), function: functions.get(run.function_id)?.slug ?? null, status: runStateOf(run.status, run.state),
          startedAt: moment(run.started_ms), endedAt: moment(run.ended_ms), error: parseError<ErrorShape>(run.error), row: run,
        }))
    const kept = entries.filter((entry) => wanted(entry.status))
    if (kept.length > 0) block.set(index, kept)
  }
  return block
}

const hex8 = (value: number) => value.toString(16).padStart(8, '0')
const moment = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString())

/** Entries that can be on the page, so that no outputs are read for others. */
function fitting(block: Map<number, Entry[]>, room: number): Entry[] {
  const entries: Entry[] = []
  for (const list of block.values()) {
    if (entries.length >= room) break
    entries.push(...list)
  }
  return entries
}

async function addOutputs(pool: pg.Pool, workspaceId: string, functions: Functions, entries: Entry[]): Promise<void> {
  const completed = entries.filter((entry) => entry.status === 'completed')
  if (completed.length === 0) return
  await loadDefinitions(pool, workspaceId, functions, completed.map((entry) => entry.row!))
  const asked = completed.flatMap((entry) => leavesOf(functions, entry.row!).map((step) => ({ run: entry.row!.run, step })))
  const { rows } = await pool.query<{ run: string; step: string; output: string | null; error: string | null; status: number }>({
    ...fanOutOutputs, values: [workspaceId, uuids(asked.map((one) => one.run)), texts(asked.map((one) => one.step))],
  })
  const byRun = new Map<string, Map<string, Json>>()
  for (const found of rows) {
    const outputs = byRun.get(found.run) ?? byRun.set(found.run, new Map()).get(found.run)!
    outputs.set(found.step, found.status === 1 ? (JSON.parse(found.output ?? 'null') as Json) : { error: JSON.parse(found.error ?? 'null') as Json })
  }
  for (const entry of completed) {
    entry.output = outputOfRun(definitionOf(functions, entry.row!), byRun.get(entry.row!.run) ?? new Map<string, Json>())
    entry.raw = JSON.stringify(entry.output)
  }
}

const definitionOf = (functions: Functions, row: RunRow) => functions.get(row.function_id)?.versions.get(row.version) ?? null

function leavesOf(functions: Functions, row: RunRow): string[] {
  const steps = definitionOf(functions, row)?.steps ?? []
  const parents = new Set(steps.flatMap((step) => step.after.map((edge) => edge.step)))
  return steps.filter((step) => !parents.has(step.id)).map((step) => step.id)
}

async function loadSlugs(pool: pg.Pool, row: FanOutRow, functions: Functions): Promise<void> {
  if (row.targets.length === 0) return
  const { rows } = await pool.query<{ id: string; slug: string }>({ name: 'fan-out-slugs', text: 'select id::text as id, slug from function where workspace_id = $1 and id = any($2::uuid[])', values: [row.workspace_id, row.targets] })
  for (const { id, slug } of rows) functions.set(id, { slug, versions: new Map() })
}

async function loadDefinitions(pool: pg.Pool, workspaceId: string, functions: Functions, runs: RunRow[]): Promise<void> {
  const missing = new Map<string, RunRow>()
  for (const run of runs) if (functions.get(run.function_id)?.versions.has(run.version) === false) missing.set(`${run.function_id} ${run.version}`, run)
  for (const { function_id: id, version } of missing.values()) {
    const { rows } = await pool.query<{ definition: FunctionDefinition }>({
      name: 'function-version-load', text: 'select definition from function_version where workspace_id = $1 and function_id = $2 and version = $3', values: [workspaceId, id, version],
    })
    if (rows[0] !== undefined) functions.get(id)?.versions.set(version, rows[0].definition)
  }
}
