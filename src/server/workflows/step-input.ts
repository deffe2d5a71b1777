/**
 * What a step took, for the kinds that store no input because it follows from what the run has: the event and the
 * outputs of earlier steps. Only the paths its texts read are in it, as the run's own version of the function has them.
 */
import type pg from 'pg'
import { publicId } from '#base/ids.ts'
import type { Json, JsonObject } from '#base/json.ts'
import type { FunctionDefinition } from '#graph/definition.ts'
import { parse } from '#server/runs/run-row.ts'
import { existingRun } from '#server/runs/run-id.ts'
import { shorten } from '#server/workflows/shorten.ts'
import { readsOfStep, takeReads } from '#server/workflows/step-reads.ts'

const charactersShown = 64_000
/** A longer output or event is not read at all. */
const charactersRead = 2_000_000
const eventsMost = 20

export interface StepInput {
  /** The paths it read, at their places. Null when it cannot be told at all; `why` says why. */
  value: JsonObject | null
  why?: string
  /** Paths it read that had no value. */
  absent: string[]
  /** Paths whose values are not kept with a run, or too long to be read here. */
  lost: { path: string; why: string }[]
  /** Characters of all of it, when `value` is a shortened one. */
  cut?: number
}

/** @param node of the drawing; `key` finds a step that was drawn anew under the same name */
export interface StepInputQuestion {
  run: string
  node: string
  key: string
}

/** Throws not_found for a run that is not there. */
export async function stepInput(pool: pg.Pool, workspaceId: string, { run, node, key }: StepInputQuestion): Promise<StepInput> {
  const id = await existingRun(pool, workspaceId, run)
  const definition = await definitionOf(pool, workspaceId, id)
  const step = definition?.steps.find((one) => one.nodeId === node) ?? definition?.steps.find((one) => one.id === key)
  if (definition === null || step === undefined) return unknown('That version of the function is not stored any more.')
  const reads = readsOfStep(step)
  if (reads === null) return unknown('Its texts could not be read, so it took nothing.')
  const keys = reads.flatMap(({ root, path }) => (root === 'steps' ? [path[0] ?? null] : []))
  const [event, steps] = await Promise.all([eventOf(pool, workspaceId, id), outputsOf(pool, workspaceId, id, keys.every((one) => one !== null) ? keys : null)])
  const scope: JsonObject = { ...event.scope, steps: steps.values, run: { id: publicId('run', id), attempt: await attemptOf(pool, workspaceId, id, step.id), function: definition.slug } }
  const { value, absent, unkept } = takeReads(reads, scope)
  const tooLong = [...event.tooLong, ...steps.tooLong]
  const isLost = (path: string): boolean => tooLong.some((one) => path === one || path.startsWith(`${one}.`))
  const short = shorten(JSON.stringify(value), charactersShown)
  return {
    value: (short?.value ?? {}) as JsonObject,
    absent: absent.filter((path) => !isLost(path)),
    lost: [
      ...absent.filter(isLost).map((path) => ({ path, why: 'too long to show here' })),
      ...unkept.map((path) => ({ path, why: path.startsWith('secrets') ? 'a secret is never shown' : 'a setting’s value is not kept with the run' })),
    ],
    ...(short?.cut === false ? {} : { cut: JSON.stringify(value).length }),
  }
}

const unknown = (why: string): StepInput => ({ value: null, why, absent: [], lost: [] })

async function definitionOf(pool: pg.Pool, workspaceId: string, run: string): Promise<FunctionDefinition | null> {
  const { rows } = await pool.query<{ definition: string }>({
    name: 'step-input-definition',
    text: `select v.definition::text as definition from run r
      join function_version v on v.workspace_id = r.workspace_id and v.function_id = r.function_id and v.version = r.version
      where r.workspace_id = $1 and r.id = $2`,
    values: [workspaceId, run],
  })
  return parse<FunctionDefinition>(rows[0]?.definition ?? null)
}

interface EventRow {
  id: string
  name: string
  data: string | null
  ts: string
  v: string | null
  n: number
}

/** The event, or the first of a batch and all of them. */
async function eventOf(pool: pg.Pool, workspaceId: string, run: string): Promise<{ scope: JsonObject; tooLong: string[] }> {
  const { rows } = await pool.query<EventRow>({
    name: 'step-input-events',
    text: `select e.id::text as id, e.name, case when length(e.data::text) <= ${charactersRead} then e.data::text end as data, e.ts::text as ts, e.v, found.n
      from (
        select event_id, -1 as n from run where workspace_id = $1 and id = $2
        union all (select event_id, n from run_event where workspace_id = $1 and run_id = $2 order by n limit ${eventsMost})
      ) found join event e on e.workspace_id = $1 and e.id = found.event_id order by found.n`,
    values: [workspaceId, run],
  })
  const shown = rows.map(({ id, name, data, ts, v, n }) => ({
    n, isRead: data !== null,
    event: { id: publicId('evt', id), name, ...(data === null ? {} : { data: JSON.parse(data) as Json }), ts: Number(ts), ...(v === null ? {} : { v }) } as JsonObject,
  }))
  const [own, ...batch] = shown
  if (own === undefined) return { scope: {}, tooLong: [] }
  return {
    scope: { event: own.event, ...(batch.length === 0 ? {} : { events: batch.map((one) => one.event) }) },
    tooLong: own.isRead ? [] : ['event.data'],
  }
}

/** Outputs under their steps' keys; those of failed steps that the run went on from, too. @param keys null = all */
async function outputsOf(pool: pg.Pool, workspaceId: string, run: string, keys: string[] | null): Promise<{ values: JsonObject; tooLong: string[] }> {
  const { rows } = await pool.query<{ step: string; output: string | null; characters: number }>({
    name: 'step-input-outputs',
    text: `select step, case when length(output::text) <= ${charactersRead} then output::text end as output, length(output::text) as characters
      from step where workspace_id = $1 and run_id = $2 and strpos(step, '#') = 0 and (status = 1 or port is not null) and ($3::text[] is null or step = any($3::text[]))`,
    values: [workspaceId, run, keys],
  })
  const values: JsonObject = {}
  for (const row of rows) if (row.output !== null) values[row.step] = JSON.parse(row.output) as Json
  return { values, tooLong: rows.filter((row) => row.output === null && row.characters > charactersRead).map((row) => `steps.${row.step}`) }
}

async function attemptOf(pool: pg.Pool, workspaceId: string, run: string, step: string): Promise<number> {
  const { rows } = await pool.query<{ attempt: number }>({
    name: 'step-input-attempt',
    text: `select greatest(
        coalesce((select attempt from step where workspace_id = $1 and run_id = $2 and step = $3), 1),
        coalesce((select max(attempt) from attempt where workspace_id = $1 and run_id = $2 and step = $3), 1))::int as attempt`,
    values: [workspaceId, run, step],
  })
  return rows[0]?.attempt ?? 1
}
