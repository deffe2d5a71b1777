/** An invitation leaves by mail; when it cannot, whoever made it has the link and is told. */
import { getAlerts } from '#server/alerts/context.ts'
import { composeInvitation } from '#server/members/compose-invitation.ts'
import { invite, type MadeInvitation } from '#server/members/invitations.ts'
import type { Decider } from '#server/members/one-at-a-time.ts'
import type { WorkspaceRef } from '#server/workspaces/membership.ts'
import type { Role } from '#server/workspaces/roles.ts'

export interface SentInvitation extends MadeInvitation {
  /** With the address of this installation as it is set. */
  link: string
  /** outbox: no mail server is set, so nobody got it. */
  mail: { via: 'smtp' | 'outbox' } | { failed: string }
}

/** Made first, then sent: a mail server that is away costs nobody the invitation. */
export async function inviteAndSend(workspace: Pick<WorkspaceRef, 'id' | 'name'>, input: { email: string; role: Role }, inviter: Decider): Promise<SentInvitation> {
  const { publicUrl, sendMail } = getAlerts()
  const made = await invite(workspace.id, input, inviter)
  const link = `${publicUrl.replace(/\/$/, '')}/join/${made.token}`
  const mail = composeInvitation({ by: inviter.userId === null ? null : inviter.actor.name, workspace: workspace.name, role: made.role, email: made.email, until: new Date(made.until), url: link })
  try {
    // In the Outbox the link is for those who may invite to that role: it makes whoever opens it what it says.
    const { via } = await sendMail(workspace.id, mail, made.role === 'owner' ? 'owner' : 'admin')
    return { ...made, link, mail: { via } }
  } catch (error) {
    return { ...made, link, mail: { failed: error instanceof Error ? error.message : String(error) } }
  }
}
