/**
 * Looks after fan-outs whose children have just ended in this process: a few times a second, one statement
 * for all of them, whatever the number of children. What it may miss (a crash, another way a child ended)
 * the duty below finds within a second.
 */
import type { Duty } from '#engine/duties/duty.ts'
import type { FanOutContext } from '#engine/fan-out/context.ts'
import { canaryVerdict, endedOf, maySettle, rangesOf, stopReason, type FanOutRow } from '#engine/fan-out/row.ts'
import { settle } from '#engine/fan-out/settle.ts'
import { cancelOpen, endEmit, letGo, stopByItself } from '#engine/fan-out/rest.ts'
import { fanOutAnyJob, fanOutLook, fanOutOpen, fanOutReason, fanOutRecount } from '#engine/sql/fan-out.ts'
import { uuids } from '#engine/sql/arrays.ts'

const soonMs = 50
/** Where many children are still open, screens need no more than this. */
const laterMs = 250
const manyOpen = 1000

export class FanOutWatcher {
  private readonly noted = new Map<string, string>()
  private timer: NodeJS.Timeout | null = null
  private waitMs = soonMs
  private current: Promise<void> = Promise.resolve()
  private stopped = false

  constructor(private readonly context: FanOutContext, private readonly failed: (error: unknown) => void) {}

  /** Children of this fan-out have ended, or items were sent. Costs one map entry. */
  note(workspaceId: string, fanOutId: string): void {
    this.noted.set(fanOutId, workspaceId)
    if (this.timer === null && !this.stopped) this.timer = setTimeout(() => this.look(), this.waitMs)
  }

  async stop(): Promise<void> {
    this.stopped = true
    if (this.timer !== null) clearTimeout(this.timer)
    await this.current
  }

  private look(): void {
    const noted = [...this.noted]
    this.noted.clear()
    this.current = this.current.then(() => this.check(noted)).catch((error) => this.failed(error)).finally(() => {
      this.timer = null
      if (this.noted.size > 0 && !this.stopped) this.timer = setTimeout(() => this.look(), this.waitMs)
    })
  }

  private async check(noted: [string, string][]): Promise<void> {
    const { rows } = await this.context.pool.query<FanOutRow>({ ...fanOutLook, values: [uuids(noted.map(([, ws]) => ws)), uuids(noted.map(([id]) => id))] })
    this.waitMs = rows.every((row) => row.state !== 'canary' && row.stop_share === null && row.runs - endedOf(row) > manyOpen) ? laterMs : soonMs
    for (const row of rows) {
      this.context.changed(row.workspace_id, row.id, row.run_id)
      await tend(this.context, row)
    }
  }
}

/** What its counts say must happen to it now. */
export async function tend(context: FanOutContext, row: FanOutRow): Promise<void> {
  if (maySettle(row)) {
    await settle(context, row.workspace_id, row.id)
    return
  }
  const verdict = canaryVerdict(row)
  if (verdict === 'go') return void (await letGo(context, row.workspace_id, row.id, null))
  if (verdict !== null) {
    const told = await context.pool.query({ ...fanOutReason, values: [row.workspace_id, row.id, verdict.reason] })
    if ((told.rowCount ?? 0) > 0) context.changed(row.workspace_id, row.id, row.run_id)
  }
  const reason = stopReason(row)
  if (reason !== null) await stopByItself(context, row, reason)
}

/** Looking for children is dearer than reading counts, and all usual ways count: every fifth second will do. */
const recountRounds = 5
const firstId = '00000000-0000-0000-0000-000000000000'

/** Every second: all that have not settled, so that nothing depends on a process that died. */
export function tendFanOuts(context: FanOutContext): Duty {
  let behind: [string, string] = [firstId, firstId]
  let round = 0
  return {
    name: 'tend-fan-outs',
    everyMs: 1000,
    async tick() {
      const { rows } = await context.pool.query<FanOutRow>({ ...fanOutOpen, values: behind })
      for (const row of rows) {
        await tend(context, row)
        if (row.state === 'cancelled') {
          await cancelOpen(context, row, false)
          if (!row.sent) await endEmit(context, row)
        }
        if (round % recountRounds === 0) await mend(context, row)
      }
      const last = rows.at(-1)
      if (rows.length < 200) round += 1
      behind = rows.length === 200 && last !== undefined ? [last.workspace_id, last.id] : [firstId, firstId]
      return rows.length === 200
    },
  }
}

/** Children that ended without being counted: none are left, yet the counts do not add up. */
async function mend(context: FanOutContext, row: FanOutRow): Promise<void> {
  if (!row.sent || endedOf(row) >= row.runs) return
  const ranges = rangesOf(row)
  const [from, to] = [uuids(ranges.map((range) => range.from)), uuids(ranges.map((range) => range.to))]
  const open = await context.pool.query({ ...fanOutAnyJob, values: [row.workspace_id, from, to] })
  if ((open.rowCount ?? 0) > 0) return
  const counted = await context.pool.query({ ...fanOutRecount, values: [row.workspace_id, row.id, from, to] })
  if ((counted.rowCount ?? 0) > 0) await settle(context, row.workspace_id, row.id)
}
