import { z } from 'zod'

export const historyDaysMost = 3650

/** Whole days that history is kept; null = for ever. */
export const historyDays = z.number().int('Give whole days.').min(1, 'Keep at least one day.').max(historyDaysMost, 'Keep 3,650 days at most, or for ever.').nullable()
