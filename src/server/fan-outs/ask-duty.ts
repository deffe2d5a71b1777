/** Tells the person whose go a big fan-out waits for, by mail, once. Any number of processes may look. */
import type { Engine } from '#engine/api.ts'
import { runDuty, type RunningDuty } from '#engine/duties/duty.ts'
import { publicId } from '#base/ids.ts'
import { alertRecipients, type AlertContext } from '#server/alerts/send-alerts.ts'
import { confirmRule, whyConfirm } from '#server/fan-outs/confirm.ts'

const everyMs = 3000
const leaseMinutes = 5

interface Asked {
  workspace_id: string
  workspace_slug: string
  workspace_name: string
  id: string
  total: number
  function: string
  event_name: string
}

/** Marks one as told and answers it: whoever marks it sends. */
const claim = {
  name: 'confirm-claim',
  text: `with found as (
      select workspace_id, id from fan_out where state = 'confirm' and asked_at is null order by workspace_id, id limit 1 for update skip locked
    )
    update fan_out o set asked_at = clock_timestamp() from found, workspace w, function f
    where o.workspace_id = found.workspace_id and o.id = found.id and w.id = o.workspace_id and f.workspace_id = o.workspace_id and f.id = o.function_id
    returning o.workspace_id::text, w.slug as workspace_slug, w.name as workspace_name, o.id::text, o.total, f.slug as function, o.event_name`,
}

export function startAsking(engine: Engine, context: AlertContext, warn: (message: string, facts: Record<string, unknown>) => void): RunningDuty {
  let pausedUntil = 0
  return runDuty({
    name: 'ask-to-confirm', everyMs,
    async tick() {
      if (performance.now() < pausedUntil) return false
      const { rows } = await engine.pool.query<Asked>({ ...claim, values: [] })
      const asked = rows[0]
      if (asked === undefined) return false
      try {
        await tell(context, asked)
      } catch (error) {
        // Told again later: a mail twice is better than none.
        pausedUntil = performance.now() + leaseMinutes * 60_000
        await engine.pool.query('update fan_out set asked_at = null where workspace_id = $1 and id = $2', [asked.workspace_id, asked.id])
        warn('A person could not be asked whether a fan-out goes; it is tried again in a few minutes.', { fanOut: publicId('fan', asked.id), error: String(error) })
      }
      return true
    },
  }, (error) => warn('Looking for fan-outs that wait for a person did not work; it is tried again.', { error: String(error) }))
}

async function tell(context: AlertContext, asked: Asked): Promise<void> {
  const rule = await confirmRule(context.pool, asked.workspace_id)
  const to = rule.person === null ? await alertRecipients(context.pool, asked.workspace_id) : await emailOf(context, rule.person.id)
  const url = `${context.publicUrl}/w/${asked.workspace_slug}/fan-outs/${publicId('fan', asked.id)}`
  const items = asked.total.toLocaleString('en')
  const lines = [
    `${asked.function} wants to send ${items} events of ${asked.event_name}.`, whyConfirm(rule, asked.total), 'Nothing of it is sent until then. The page shows what it would set off, and has the buttons.', '', `Decide: ${url}`,
  ]
  let failed: unknown = null
  let sent = 0
  for (const one of to) {
    try {
      await context.sendMail(asked.workspace_id, { to: one, subject: `${asked.function} waits for your go: ${items} items in ${asked.workspace_name}`.replaceAll(/\s+/g, ' ').slice(0, 200), text: lines.join('\n') })
      sent += 1
    } catch (error) {
      failed ??= error
    }
  }
  if (sent === 0 && failed !== null) throw failed instanceof Error ? failed : new Error(String(failed))
}

async function emailOf(context: AlertContext, userId: string): Promise<string[]> {
  const { rows } = await context.pool.query<{ email: string }>('select email from user_account where id = $1', [userId])
  return rows.map((row) => row.email)
}
