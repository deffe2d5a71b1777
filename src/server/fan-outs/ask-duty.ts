/** Tells the person whose go a big fan-out waits for, by mail, once. Any number of processes may look. */
import type { Engine } from '#engine/api.ts'
import { runDuty, type RunningDuty } from '#engine/duties/duty.ts'
import { inTransaction } from '#engine/transaction.ts'
import { publicId } from '#base/ids.ts'
import { alertRecipients, type AlertContext } from '#server/alerts/send-alerts.ts'
import { confirmRule, whyConfirm } from '#server/fan-outs/confirm.ts'

const everyMs = 3000
const againMs = 5 * 60_000

interface Asked {
  workspace_id: string
  workspace_slug: string
  workspace_name: string
  id: string
  total: number
  function: string
  event_name: string
}

/** One that nobody was told of. $1 those to leave alone for now. */
const untold = {
  name: 'confirm-untold',
  text: `select o.workspace_id::text, w.slug as workspace_slug, w.name as workspace_name, o.id::text, o.total, f.slug as function, o.event_name
    from fan_out o join workspace w on w.id = o.workspace_id join function f on f.workspace_id = o.workspace_id and f.id = o.function_id
    where o.state = 'confirm' and o.asked_at is null and not (o.id = any($1::uuid[])) order by o.workspace_id, o.id limit 1`,
}
const lock = `select pg_try_advisory_xact_lock(hashtextextended('ask ' || $1, 0)) as mine`
const still = `select 1 from fan_out where workspace_id = $1 and id = $2 and state = 'confirm' and asked_at is null`
const named = 'select confirm_by::text as by from workspace where id = $1'
/** Locked, so that who is named in this moment waits for the word that the one before was told, and takes it back. */
const stillNamed = 'select 1 from workspace where id = $1 and confirm_by::text is not distinct from $2 for share'
const told = 'update fan_out set asked_at = clock_timestamp() where workspace_id = $1 and id = $2'

export function startAsking(engine: Engine, context: AlertContext, warn: (message: string, facts: Record<string, unknown>) => void): RunningDuty {
  // One whose mail does not go must not keep those of others from going.
  const later = new Map<string, number>()
  return runDuty({
    name: 'ask-to-confirm', everyMs,
    async tick() {
      const now = performance.now()
      for (const [id, until] of later) if (until <= now) later.delete(id)
      const { rows } = await engine.pool.query<Asked>({ ...untold, values: [[...later.keys()]] })
      const asked = rows[0]
      if (asked === undefined) return false
      try {
        if (!(await tellOnce(context, asked))) later.set(asked.id, now + everyMs)
      } catch (error) {
        later.set(asked.id, performance.now() + againMs)
        warn('A person could not be asked whether a fan-out goes; it is tried again in a few minutes.', { fanOut: publicId('fan', asked.id), error: String(error) })
      }
      return true
    },
  }, (error) => warn('Looking for fan-outs that wait for a person did not work; it is tried again.', { error: String(error) }))
}

/** It counts as told once its mail has gone: a mail twice is better than none. False when another process is at it, or was. */
async function tellOnce(context: AlertContext, asked: Asked): Promise<boolean> {
  return inTransaction(context.pool, async (client) => {
    if (!(await client.query<{ mine: boolean }>(lock, [asked.id])).rows[0]!.mine) return false
    if ((await client.query(still, [asked.workspace_id, asked.id])).rowCount === 0) return false
    const by = (await client.query<{ by: string | null }>(named, [asked.workspace_id])).rows[0]?.by ?? null
    await tell(context, asked)
    // Another was named while the mail was under way: the next look tells them.
    if ((await client.query(stillNamed, [asked.workspace_id, by])).rowCount === 0) return true
    await client.query(told, [asked.workspace_id, asked.id])
    return true
  })
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
