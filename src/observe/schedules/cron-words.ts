import { toString as cronText } from 'cronstrue'

/** "At 09:00, only on Monday"; the text itself when it is no cron expression. */
export function cronWords(cron: string): string {
  try {
    return cronText(cron, { use24HourTimeFormat: true })
  } catch {
    return cron
  }
}
