/** What sends alerts in this process. Next loads module copies of its own, so it sits on globalThis, put there by process.ts. */
import { FanwiseError } from '#base/errors.ts'
import type { AlertContext } from '#server/alerts/send-alerts.ts'

const holder = globalThis as typeof globalThis & { __fanwiseAlerts?: AlertContext }

export function getAlerts(): AlertContext {
  if (holder.__fanwiseAlerts === undefined) throw new FanwiseError('unavailable', 'Alerts are not running in this process.', { fix: 'Start Fanwise with `npm start`.' })
  return holder.__fanwiseAlerts
}

export function setAlerts(context: AlertContext | undefined): void {
  holder.__fanwiseAlerts = context
}
