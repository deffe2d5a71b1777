/** For how many days a workspace keeps its history. The engine reads it anew each minute. */
import { z } from 'zod'
import { audit, type Actor } from '#server/audit/record.ts'
import { db } from '#server/db.ts'

export const historyDaysMost = 3650

/** Whole days that history is kept; null = for ever. */
export const historyDays = z.number().int('Give whole days.').min(1, 'Keep at least one day.').max(historyDaysMost, 'Keep 3,650 days at most, or for ever.').nullable()

export interface HistoryDays {
  eventDays: number | null
  runDays: number | null
}

const select = { eventDays: true, runDays: true } as const

export const keptFor = (workspaceId: string): Promise<HistoryDays> => db().workspace.findUniqueOrThrow({ where: { id: workspaceId }, select })

/** What is not given stays. */
export function keepFor(workspaceId: string, days: { [Key in keyof HistoryDays]?: HistoryDays[Key] | undefined }, by: Actor): Promise<HistoryDays> {
  return db().$transaction(async (tx) => {
    const key = { where: { id: workspaceId }, select }
    const before = await tx.workspace.findUniqueOrThrow(key)
    const { eventDays = before.eventDays, runDays = before.runDays } = days
    if (before.eventDays === eventDays && before.runDays === runDays) return before
    await audit(tx, workspaceId, by, 'workspace.history', 'history', { eventDays, runDays, eventDaysBefore: before.eventDays, runDaysBefore: before.runDays })
    return tx.workspace.update({ ...key, data: { ...(days.eventDays === undefined ? {} : { eventDays }), ...(days.runDays === undefined ? {} : { runDays }) } })
  })
}
