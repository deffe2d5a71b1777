/**
 * Who is mentioned gets one mail. It is sent right after the comment is stored; what could not be
 * sent then is tried again by a duty for a day. A mention counts as told only after its mail has
 * gone, and its row is locked meanwhile, so any number of processes send one.
 */
import { runDuty, type RunningDuty } from '#engine/duties/duty.ts'
import { publicId } from '#base/ids.ts'
import type { AlertContext } from '#server/alerts/send-alerts.ts'
import { composeMention } from '#server/comments/compose-mention.ts'
import { inTransaction } from '#engine/transaction.ts'

const everyMs = 60_000
const mostAtOnce = 20
/** Of the duty's turn: what never goes (an address that is no more) must not keep from going what came before it. */
const batchesMost = 10

interface UntoldRow {
  at: string
  workspace_id: string
  comment_id: string
  user_id: string
  email: string
  author: string
  body: string
  node_id: string | null
  node_title: string
  workflow: string
  workflow_name: string
  workspace: string
  workspace_name: string
}

const statements = {
  // Members only: who left the workspace hears nothing of it any more.
  untold: `select m.at::text as at, m.workspace_id::text, m.comment_id::text, m.user_id::text, u.email, coalesce(a.name, a.email, 'Somebody') as author, c.body, c.node_id, c.node_title,
      w.slug as workflow, w.name as workflow_name, s.slug as workspace, s.name as workspace_name
    from comment_mention m
    join workflow_comment c on c.workspace_id = m.workspace_id and c.id = m.comment_id
    join workflow w on w.workspace_id = c.workspace_id and w.id = c.workflow_id and w.archived_at is null
    join workspace s on s.id = m.workspace_id
    join membership b on b.workspace_id = m.workspace_id and b.user_id = m.user_id
    join user_account u on u.id = m.user_id
    left join user_account a on a.id = c.author_id
    where m.told_at is null and m.dropped_at is null and m.at > clock_timestamp() - interval '1 day' and m.at <= clock_timestamp() - make_interval(secs => $1)
      and ($2::text is null or (m.at, m.comment_id, m.user_id) < ($2::timestamptz, $3::uuid, $4::uuid))
    order by m.at desc, m.comment_id desc, m.user_id desc limit ${mostAtOnce} for update of m skip locked`,
  told: `update comment_mention set told_at = clock_timestamp() where workspace_id = $1 and comment_id = $2 and user_id = $3`,
}

export interface ToldMentions {
  told: number
  /** Addresses the mail server did not take the mail for, with its words. */
  failed: { to: string; message: string }[]
}

/** Sends the mails that are due, newest first: those of mentions at least `olderThanSeconds` old. */
export async function tellMentions(context: AlertContext, olderThanSeconds = 0, batches = 1): Promise<ToldMentions> {
  const result: ToldMentions = { told: 0, failed: [] }
  let last: UntoldRow | undefined
  for (let batch = 0; batch < batches; batch++) {
    const rows = await tellBatch(context, olderThanSeconds, last, result)
    if (rows.length < mostAtOnce) break
    last = rows.at(-1)
  }
  return result
}

async function tellBatch(context: AlertContext, olderThanSeconds: number, behind: UntoldRow | undefined, result: ToldMentions): Promise<UntoldRow[]> {
  return inTransaction(context.pool, async (client) => {
    const { rows } = await client.query<UntoldRow>(statements.untold, [olderThanSeconds, behind?.at ?? null, behind?.comment_id ?? null, behind?.user_id ?? null])
    for (const row of rows) {
      try {
        await context.sendMail(row.workspace_id, { ...composeMention(factsOf(row, context.publicUrl)), to: row.email })
        await client.query(statements.told, [row.workspace_id, row.comment_id, row.user_id])
        result.told++
      } catch (error) {
        result.failed.push({ to: row.email, message: error instanceof Error ? error.message : String(error) })
      }
    }
    return rows
  })
}

function factsOf(row: UntoldRow, publicUrl: string) {
  const query = new URLSearchParams({ ...(row.node_id === null ? {} : { node: row.node_id }), comment: publicId('cmt', row.comment_id) })
  return {
    author: row.author, body: row.body, title: row.node_title, workflow: row.workflow_name, workspace: row.workspace_name,
    url: `${publicUrl}/w/${row.workspace}/workflows/${row.workflow}?${query.toString()}`,
  }
}

type Warn = (message: string, facts: Record<string, unknown>) => void

/** Tries again what could not be sent at once. */
export function startTellingMentions(context: AlertContext, warn: Warn): RunningDuty {
  return runDuty({
    name: 'tell-mentions', everyMs,
    async tick() {
      const { failed } = await tellMentions(context, 30, batchesMost)
      for (const { to, message } of failed) warn('A mail about a mention could not be sent; it is tried again in a minute.', { to, error: message })
      return false
    },
  }, (error) => warn('Looking for mentions to tell did not work; it is tried again.', { error: String(error) }))
}
