/** Mails sent without an SMTP server: kept, shown on the Outbox page, delivered to nobody. */
import type pg from 'pg'
import { newUuid, parsePublicId, publicId } from '#base/ids.ts'
import { untilAnswered } from '#engine/try-again.ts'
import { roles, type Role } from '#server/workspaces/roles.ts'
import type { OutgoingMail } from '#steps/kind.ts'

export interface OutboxEntry {
  id: string
  run: string | null
  step: string | null
  from: string
  to: string
  subject: string
  at: string
}

/** Postgres keeps no null character in a text; a mail server would have taken the mail. */
const withoutNull = (text: string): string => text.replaceAll('\u0000', '')

/** Stores a mail and returns its id. */
export async function storeOutboxMail(
  pool: pg.Pool, workspaceId: string, mail: OutgoingMail & { from: string }, info: { runId?: string; step?: string; leastRole?: Role } = {},
): Promise<{ messageId: string }> {
  const id = newUuid()
  await untilAnswered(() => pool.query({
    name: 'outbox-insert',
    text: `insert into outbox_mail (workspace_id, id, run_id, step, "from", "to", subject, html, text, least_role) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing`,
    values: [workspaceId, id, info.runId ?? null, info.step ?? null, ...[mail.from, mail.to, mail.subject, mail.html, mail.text].map((text) => (text === undefined ? null : withoutNull(text))), info.leastRole ?? null],
  }))
  return { messageId: publicId('mail', id) }
}

interface MailRow {
  id: string
  run_id: string | null
  step: string | null
  from: string
  to: string
  subject: string
  html: string | null
  text: string | null
  at_ms: number
}

/** Roles of mails that `role` may read: those that ask for no stronger one. */
const readableFor = (role: Role): Role[] => roles.slice(roles.indexOf(role))

/** Newest first; those that the reader may see. */
export async function listOutbox(pool: pg.Pool, workspaceId: string, reader: Role, page: { cursor?: string; limit: number }): Promise<{ data: OutboxEntry[]; nextCursor: string | null }> {
  const before = page.cursor === undefined ? null : parsePublicId('mail', page.cursor)
  const { rows } = await pool.query<MailRow>({
    text: `select id, run_id, step, "from", "to", subject, (extract(epoch from at) * 1000)::float8 as at_ms from outbox_mail
      where workspace_id = $1 and ($2::uuid is null or id < $2) and (least_role is null or least_role = any($4)) order by id desc limit $3`,
    values: [workspaceId, before, page.limit + 1, readableFor(reader)],
  })
  const data = rows.slice(0, page.limit).map(entry)
  return { data, nextCursor: rows.length > page.limit ? (data.at(-1)?.id ?? null) : null }
}

export async function readOutboxMail(pool: pg.Pool, workspaceId: string, reader: Role, publicMailId: string): Promise<(OutboxEntry & { html: string | null; text: string | null }) | null> {
  const id = parsePublicId('mail', publicMailId)
  if (id === null) return null
  const { rows } = await pool.query<MailRow>({
    text: `select id, run_id, step, "from", "to", subject, html, text, (extract(epoch from at) * 1000)::float8 as at_ms from outbox_mail
      where workspace_id = $1 and id = $2 and (least_role is null or least_role = any($3))`,
    values: [workspaceId, id, readableFor(reader)],
  })
  const row = rows[0]
  return row === undefined ? null : { ...entry(row), html: row.html, text: row.text }
}

function entry(row: MailRow): OutboxEntry {
  return {
    id: publicId('mail', row.id), run: row.run_id === null ? null : publicId('run', row.run_id), step: row.step,
    from: row.from, to: row.to, subject: row.subject, at: new Date(row.at_ms).toISOString(),
  }
}
