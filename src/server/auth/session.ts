import { getServerSession } from 'next-auth'
import { cache } from 'react'
import { authOptions, sessionDays } from '#server/auth/options.ts'
import { db } from '#server/db.ts'

export interface SessionUser {
  id: string
  email: string
  name: string | null
  sessionId: string
}

const seenEveryMs = 5 * 60_000

/** Who the request's cookie belongs to, if that session still stands. For pages and route handlers. */
export const currentUser = cache(async (): Promise<SessionUser | null> => {
  const session = await getServerSession(authOptions)
  if (session?.sessionId === undefined) return null
  return findSessionUser(session.sessionId)
})

export async function findSessionUser(sessionId: string): Promise<SessionUser | null> {
  const row = await db().session.findUnique({ where: { id: sessionId }, include: { user: { select: { id: true, email: true, name: true } } } })
  const now = Date.now()
  if (row === null || row.expiresAt.getTime() <= now) return null
  if (now - row.lastSeenAt.getTime() > seenEveryMs) {
    // A use renews the session, as next-auth renews the cookie.
    await db().session.updateMany({ where: { id: sessionId }, data: { lastSeenAt: new Date(now), expiresAt: new Date(now + sessionDays * 86_400_000) } })
  }
  return { ...row.user, sessionId }
}
