/** The playground's services, their modes and their settings, as pages, REST and steps see them. */
import { z } from 'zod'

export const playgroundServices = ['mail', 'crm', 'billing', 'slack', 'warehouse', 'users'] as const
export type PlaygroundServiceName = (typeof playgroundServices)[number]

export const playgroundModes = ['ok', 'fail', 'slow', 'limit'] as const
export type PlaygroundMode = (typeof playgroundModes)[number]

export const playgroundSettings = z.object({
  mode: z.enum(playgroundModes),
  /** How long `slow` takes. In other modes: an extra delay. */
  delayMs: z.number().int().min(0).max(600_000).optional(),
  /** What `fail` answers. */
  status: z.number().int().min(400).max(599).optional(),
  /** `users`: how many it lists. Others in mode `limit`: requests a second. */
  items: z.number().int().min(0).max(50_000).optional(),
})
export type PlaygroundSettings = z.infer<typeof playgroundSettings>

export const defaultSettings: PlaygroundSettings = { mode: 'ok' }
export const defaultDelayMs = 3000
export const defaultFailStatus = 503
export const defaultItems = 100
export const defaultPerSecond = 5

export const serviceBlurbs: Record<PlaygroundServiceName, { title: string; does: string; example: string }> = {
  mail: { title: 'Mail', does: 'Takes messages and answers with their id.', example: 'POST playground://mail/messages' },
  crm: { title: 'CRM', does: 'Keeps contacts and their owners.', example: 'POST playground://crm/contacts' },
  billing: { title: 'Billing', does: 'Customers, trials and charges.', example: 'POST playground://billing/charges' },
  slack: { title: 'Slack', does: 'Posts messages to channels.', example: 'POST playground://slack/messages' },
  warehouse: { title: 'Warehouse', does: 'Reserves stock, ships orders, keeps records.', example: 'POST playground://warehouse/reservations' },
  users: { title: 'Users', does: 'Lists the users of your product.', example: 'GET playground://users/users' },
}

export function isPlaygroundService(text: string): text is PlaygroundServiceName {
  return (playgroundServices as readonly string[]).includes(text)
}
