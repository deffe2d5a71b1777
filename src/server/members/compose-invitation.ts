/** The words of the mail that asks somebody in. */
import { roleWords } from '#base/role-words.ts'
import { escapeHtml } from '#expressions/template.ts'
import type { OutgoingMail } from '#steps/kind.ts'
import type { Role } from '#server/workspaces/roles.ts'

export interface InvitationFacts {
  /** Null: a program invites. */
  by: string | null
  workspace: string
  role: Role
  email: string
  until: Date
  url: string
}

/** Any name may stand in a mail, none may end a header. */
const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ')

export function composeInvitation({ by, workspace, role, email, until, url }: InvitationFacts): OutgoingMail {
  const day = until.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', timeZone: 'UTC' })
  const subject = oneLine(by === null ? `You are invited to ${workspace} on Fanwise` : `${by} invites you to ${workspace} on Fanwise`).slice(0, 200)
  const opening = oneLine(`${by === null ? 'You are invited' : `${by} invites you`} to join the workspace ${workspace} as ${roleWords[role].as}.`)
  const about = `${roleWords[role].name}s may ${roleWords[role].may}.`
  const footer = `The link works once, until ${day}, for ${email}. If you did not expect it, do nothing: nobody joins without opening it.`
  return {
    to: email, subject,
    text: [opening, about, '', `Join: ${url}`, '', footer].join('\n'),
    html: `<p>${escapeHtml(opening)}<br>${escapeHtml(about)}</p><p><a href="${escapeHtml(url)}">Join ${escapeHtml(oneLine(workspace))}</a></p><p style="color:#5a6a6f;font-size:12px">${escapeHtml(footer)}</p>`,
  }
}
