/** The people of the workspace over the API. A key counts as an admin, so it decides nothing about owners. */
import { z } from 'zod'
import { FanwiseError } from '#base/errors.ts'
import { parsePublicId } from '#base/ids.ts'
import { route, type ApiRoute } from '#server/api/route.ts'
import { listOf, named } from '#server/api/schemas.ts'
import { listInvitations, revokeInvitation } from '#server/members/invitations.ts'
import { listMembers, setRole, takeOut } from '#server/members/members.ts'
import { inviteAndSend } from '#server/members/send-invitation.ts'
import { findWorkspace } from '#server/workspaces/membership.ts'
import { roles } from '#server/workspaces/roles.ts'

const tag = 'People'
const time = z.iso.datetime().describe('UTC, ISO 8601')

const member = z.object({
  id: z.string(), name: z.string().nullable(), email: z.string(), role: z.enum(roles), since: time,
  seenAt: time.nullable().describe('When they last had a page of this workspace open, to some minutes'),
  keys: z.number().int().describe('Keys in use that they made'), saysGo: z.boolean().describe('Big fan-outs wait for their go'),
}).register(named, { id: 'Member' })

const invitation = z.object({
  id: z.string(), email: z.string(), role: z.enum(roles), by: z.string().describe('Who made it'), at: time, until: time, expired: z.boolean(),
}).register(named, { id: 'Invitation' })

const invited = z.object({
  id: z.string(), email: z.string(), role: z.enum(roles), until: time,
  link: z.string().describe('Works once, for that address. It is never shown again'),
  mail: z.enum(['smtp', 'outbox', 'failed']).describe('How it left. outbox: no mail server is set, so nobody got it; failed: hand over the link yourself'),
})

export const memberRoutes: ApiRoute[] = [
  route({
    method: 'GET', path: '/members', operationId: 'listMembers', summary: 'Who is in the workspace, strongest role first', tag,
    answers: { 200: { description: 'All members', schema: listOf(member) } },
    handle: async ({ workspaceId }) => ({ status: 200, body: { data: await listMembers(workspaceId), nextCursor: null } }),
  }),
  route({
    method: 'PATCH', path: '/members/:id', operationId: 'setRole', summary: 'Give a member another role; not of or to an owner', tag,
    body: z.strictObject({ role: z.enum(['admin', 'editor', 'viewer'], { error: '`role` is admin, editor or viewer. Owners are made by owners, in Settings.' }) }),
    answers: { 200: { description: 'The member as it is now', schema: member } },
    async handle({ workspaceId, actor, path, body }) {
      await setRole(workspaceId, path.id!, body.role, { actor, userId: null })
      const id = parsePublicId('usr', path.id!)
      const member = (await listMembers(workspaceId)).find((one) => parsePublicId('usr', one.id) === id)
      if (member === undefined) throw new FanwiseError('not_found', 'This person is not in the workspace any more.', { fix: 'Load the list again; somebody may have been faster.' })
      return { status: 200, body: member }
    },
  }),
  route({
    method: 'DELETE', path: '/members/:id', operationId: 'removeMember', summary: 'Remove a member who is no owner; what they made stays', tag,
    answers: { 200: { description: 'Removed', schema: z.object({ removed: z.string() }) } },
    async handle({ workspaceId, actor, path }) {
      await takeOut(workspaceId, path.id!, { actor, userId: null })
      return { status: 200, body: { removed: path.id! } }
    },
  }),
  route({
    method: 'GET', path: '/invitations', operationId: 'listInvitations', summary: 'Invitations that nobody has used or taken back; never a link', tag,
    answers: { 200: { description: 'All of them, newest first', schema: listOf(invitation) } },
    handle: async ({ workspaceId }) => ({ status: 200, body: { data: await listInvitations(workspaceId), nextCursor: null } }),
  }),
  route({
    method: 'POST', path: '/invitations', operationId: 'invite', summary: 'Invite an address; a newer link for it takes the place of the one before', tag,
    body: z.strictObject({ email: z.string().max(300), role: z.enum(['admin', 'editor', 'viewer'], { error: '`role` is admin, editor or viewer. Owners are made by owners, in Settings.' }) }),
    answers: { 201: { description: 'Invited', schema: invited } },
    async handle({ workspaceId, actor, body }) {
      const { id, email, role, until, link, mail } = await inviteAndSend(await findWorkspace(workspaceId), body, { actor, userId: null })
      return { status: 201, body: { id, email, role, until, link, mail: 'failed' in mail ? 'failed' : mail.via } }
    },
  }),
  route({
    method: 'DELETE', path: '/invitations/:id', operationId: 'revokeInvitation', summary: 'Take an invitation back; its link leads nowhere from then on', tag,
    answers: { 200: { description: 'Taken back', schema: z.object({ revoked: z.string() }) } },
    async handle({ workspaceId, actor, path }) {
      await revokeInvitation(workspaceId, path.id!, { actor, userId: null })
      return { status: 200, body: { revoked: path.id! } }
    },
  }),
]
