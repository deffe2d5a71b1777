/**
 * Nobody has to look to hear of a failure: failed runs are told to all owners and admins of their
 * workspace by mail, at once and then at most every 15 minutes. Who sends is decided in the
 * database, so any number of processes send one summary; a failure counts as told only after the
 * mail has gone, so a crash in between repeats a summary rather than losing it.
 */
import type pg from 'pg'
import { composeAlert, composeTestAlert, type AlertMail, type FailureGroup } from '#server/alerts/compose-alert.ts'
import { readable } from '#engine/sql/readable-json.ts'
import type { OutgoingMail } from '#steps/kind.ts'
import type { Role } from '#server/workspaces/roles.ts'
import { inTransaction } from '#engine/transaction.ts'

export interface AlertContext {
  pool: pg.Pool
  /** @param leastRole who may read it in the Outbox: that role and stronger ones; everybody in the workspace where it is left out */
  sendMail(workspaceId: string, mail: OutgoingMail, leastRole?: Role): Promise<{ via: 'smtp' | 'outbox' }>
  publicUrl: string
}

export interface SentAlert {
  to: string[]
  /** Addresses the mail server did not take the mail for, with its words. */
  failed: { to: string; message: string }[]
  via: 'smtp' | 'outbox' | null
}

const workspacesMost = 50
const runsMost = 50_000
const groupsMost = 10

const due = `(not w.alerts_on or w.alerted_at is null or w.alerted_at < clock_timestamp() - interval '15 minutes')`

const statements = {
  workspaces: `select w.id::text from workspace w
    where ${due} and not (w.id = any($2::uuid[])) and exists (select 1 from failure f where f.workspace_id = w.id and f.told_at is null) limit $1`,
  lock: `select pg_try_advisory_xact_lock(hashtextextended('alert ' || $1, 0)) as mine`,
  workspace: `select w.slug, w.name, w.alerts_on from workspace w where w.id = $1 and ${due}`,
  untold: `select run_id::text from failure where workspace_id = $1 and told_at is null limit $2`,
  // Tests of drafts are nobody's alarm, and what was put right meanwhile is no news.
  groups: `with grouped as (
      select x.function_id, coalesce(x.step, ${readable('r.error')}->>'step') as step, coalesce(${readable('r.error')}->>'message', 'It failed.') as message, count(*)::int as count, max(r.version) as version
      from failure x join run r on r.workspace_id = x.workspace_id and r.id = x.run_id and r.status = 2 and r.version > 0
      where x.workspace_id = $1 and x.run_id = any($2::uuid[]) group by 1, 2, 3
    )
    select f.slug as function, g.message, g.count, (sum(g.count) over ())::int as total,
      coalesce((select s->>'name' from json_array_elements(v.definition->'steps') s where s->>'id' = g.step limit 1), g.step) as step
    from grouped g join function f on f.workspace_id = $1 and f.id = g.function_id
    left join function_version v on v.workspace_id = $1 and v.function_id = g.function_id and v.version = g.version
    order by g.count desc, f.slug, g.message limit $3`,
  recipients: `select u.email from membership m join user_account u on u.id = m.user_id
    where m.workspace_id = $1 and m.role in ('owner', 'admin') order by m.created_at, u.email`,
  told: `update failure set told_at = clock_timestamp() where workspace_id = $1 and run_id = any($2::uuid[])`,
  alerted: `update workspace set alerted_at = clock_timestamp() where id = $1`,
}

/** Ids of workspaces with something to tell, or to put aside because alerts are off. @param except those to leave alone for now, so that they take no place of others */
export async function workspacesToTell(pool: pg.Pool, except: readonly string[] = []): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>({ name: 'alert-workspaces', text: statements.workspaces, values: [workspacesMost, except] })
  return rows.map((row) => row.id)
}

/** Sends the summary that is due. Null when another process has it, or nothing needs telling. Throws when no mail could be sent. */
export async function tellFailures(context: AlertContext, workspaceId: string): Promise<SentAlert | null> {
  return inTransaction(context.pool, (client) => tellWithin(client, context, workspaceId))
}

async function tellWithin(client: pg.PoolClient, context: AlertContext, workspaceId: string): Promise<SentAlert | null> {
  const locked = await client.query<{ mine: boolean }>(statements.lock, [workspaceId])
  if (!locked.rows[0]!.mine) return null
  // Looked at under the lock: whoever had it before may just have told them.
  const workspace = (await client.query<{ slug: string; name: string; alerts_on: boolean }>(statements.workspace, [workspaceId])).rows[0]
  if (workspace === undefined) return null
  const runs = (await client.query<{ run_id: string }>(statements.untold, [workspaceId, runsMost])).rows.map((row) => row.run_id)
  if (runs.length === 0) return null
  const groups = !workspace.alerts_on ? [] : (await client.query<FailureGroup & { total: number }>(statements.groups, [workspaceId, runs, groupsMost])).rows
  const total = groups[0]?.total ?? 0
  const sent = total === 0 ? null : await sendToAll(client, context, workspaceId, composeAlert({ workspace, total, groups, publicUrl: context.publicUrl }))
  await client.query(statements.told, [workspaceId, runs])
  if (sent !== null) await client.query(statements.alerted, [workspaceId])
  return sent
}

/** Owners and admins, who get the alerts. */
export async function alertRecipients(client: pg.Pool | pg.PoolClient, workspaceId: string): Promise<string[]> {
  return (await client.query<{ email: string }>(statements.recipients, [workspaceId])).rows.map((row) => row.email)
}

/** Sends one now, whatever the time and the switch, and says where it went. */
export async function sendTestAlert(context: AlertContext, workspaceId: string): Promise<SentAlert> {
  const { rows } = await context.pool.query<{ slug: string; name: string }>('select slug, name from workspace where id = $1', [workspaceId])
  return sendToAll(context.pool, context, workspaceId, composeTestAlert({ workspace: rows[0]!, publicUrl: context.publicUrl }))
}

/** One mail a person, so that one bad address keeps nobody else from hearing. */
async function sendToAll(client: pg.Pool | pg.PoolClient, context: AlertContext, workspaceId: string, mail: AlertMail): Promise<SentAlert> {
  const sent: SentAlert = { to: [], failed: [], via: null }
  let firstError: unknown
  for (const to of await alertRecipients(client, workspaceId)) {
    try {
      sent.via = (await context.sendMail(workspaceId, { ...mail, to })).via
      sent.to.push(to)
    } catch (error) {
      firstError ??= error
      sent.failed.push({ to, message: error instanceof Error ? error.message : String(error) })
    }
  }
  if (sent.to.length === 0 && firstError !== undefined) throw firstError
  return sent
}
