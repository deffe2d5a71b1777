/** Looks for failures to tell: a moment after one ends here, and every few seconds for those that ended elsewhere. */
import type { Engine } from '#engine/api.ts'
import { runDuty, type RunningDuty } from '#engine/duties/duty.ts'
import { tellFailures, workspacesToTell, type AlertContext } from '#server/alerts/send-alerts.ts'

/** Failures of one cause come together: waiting this long puts them into the first summary. */
const gatherMs = 1500
const everyMs = 5000
const afterFailureMs = 60_000

export function startAlerts(engine: Engine, context: AlertContext, warn: (message: string, facts: Record<string, unknown>) => void): RunningDuty {
  const pausedUntil = new Map<string, number>()
  const duty = runDuty({
    name: 'send-alerts', everyMs,
    async tick() {
      const now = performance.now()
      for (const [workspaceId, until] of pausedUntil) if (until <= now) pausedUntil.delete(workspaceId)
      for (const workspaceId of await workspacesToTell(context.pool, [...pausedUntil.keys()])) {
        try {
          const sent = await tellFailures(context, workspaceId)
          for (const { to, message } of sent?.failed ?? []) warn('An alert did not reach one of its people.', { workspaceId, to, error: message })
        } catch (error) {
          pausedUntil.set(workspaceId, now + afterFailureMs)
          warn('An alert could not be sent; it is tried again in a minute.', { workspaceId, error: String(error) })
        }
      }
      return false
    },
  }, (error) => warn('Looking for failures to tell did not work; it is tried again.', { error: String(error) }))
  const off = engine.signals.on('run.ended', ({ status }) => {
    if (status === 'failed') duty.hurry(gatherMs)
  })
  return {
    hurry: duty.hurry,
    async stop() {
      off()
      await duty.stop()
    },
  }
}
