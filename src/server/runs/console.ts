/**
 * What Code steps write to their console. Notes for people: gathered, and written a moment later beside
 * the run, so that nothing waits for them. A process that dies takes the last ones with it.
 */
import type pg from 'pg'
import type { PrintedBy } from '#engine/api.ts'
import { placeOf } from '#engine/each-loop.ts'
import { numbers, safeText, texts, uuids } from '#engine/sql/arrays.ts'

interface Note extends PrintedBy {
  workspaceId: string
  text: string
}

const gatheredForMs = 100
/** More in that time than a page could show: what comes then is dropped. */
const waitingMost = 2000
/** Of one item of a step that runs for each of a list: there may be a thousand. */
const ofItemMost = 2000

export class ConsoleNotes {
  private waiting = new Map<string, Note>()
  private timer: NodeJS.Timeout | null = null

  /** @param written told which runs have something new to show */
  constructor(private readonly pool: () => pg.Pool, private readonly written: (workspaceId: string, runId: string) => void) {}

  keep(workspaceId: string, of: PrintedBy, text: string): void {
    if (this.waiting.size >= waitingMost) return
    this.waiting.set(`${of.runId} ${of.step} ${of.attempt}`, { workspaceId, ...of, text: safeText(placeOf(of.step) === null ? text : text.slice(0, ofItemMost)) })
    this.timer ??= setTimeout(() => void this.write().catch(() => {}), gatheredForMs)
  }

  private async write(): Promise<void> {
    this.timer = null
    const notes = [...this.waiting.values()]
    this.waiting = new Map()
    if (notes.length === 0) return
    await this.pool().query({
      name: 'console-keep',
      text: `insert into step_console (workspace_id, run_id, step, attempt, text)
        select * from unnest($1::uuid[], $2::uuid[], string_to_array($3, E'\\x1e', ''), $4::smallint[], string_to_array($5, E'\\x1e', ''))
        on conflict (workspace_id, run_id, step, attempt) do update set text = excluded.text`,
      values: [uuids(notes.map((note) => note.workspaceId)), uuids(notes.map((note) => note.runId)), texts(notes.map((note) => note.step)), numbers(notes.map((note) => note.attempt)), texts(notes.map((note) => note.text))],
    })
    for (const note of notes) this.written(note.workspaceId, note.runId)
  }
}

export interface Printed {
  attempt: number
  /** Of a step that runs for each item: which one, from 0. */
  item: number | null
  text: string
}

const shownMost = 100

/** In the order of attempts and items; the first hundred. */
export async function readConsole(pool: pg.Pool, workspaceId: string, runId: string, step: string): Promise<Printed[]> {
  const { rows } = await pool.query<{ attempt: number; item: number | null; text: string }>({
    name: 'console-read',
    text: `select attempt, item, text from (
        select attempt::int as attempt, text, case when step = $3 then null else split_part(step, '#', 2)::int end as item
        from step_console where workspace_id = $1 and run_id = $2 and (step = $3 or (starts_with(step, $3 || '#') and substr(step, length($3) + 2) ~ '^[0-9]+$'))
      ) t order by item nulls first, attempt limit $4`,
    values: [workspaceId, runId, step, shownMost],
  })
  return rows
}
