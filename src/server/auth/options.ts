/**
 * next-auth with e-mail and password. The JWT carries the id of a session row; the row is
 * looked up on every request (session.ts), so signing out or deleting it ends the session at once.
 */
import type { NextAuthOptions } from 'next-auth'
import credentials from 'next-auth/providers/credentials'
import { newUuid } from '#base/ids.ts'
import { forgetTries, mayTry } from '#server/auth/attempt-limit.ts'
import { normaliseEmail } from '#server/auth/email.ts'
import { passwordMatches } from '#server/auth/password.ts'
import { db } from '#server/db.ts'

export const sessionDays = 30

declare module 'next-auth' {
  interface Session {
    sessionId?: string
  }
}
declare module 'next-auth/jwt' {
  interface JWT {
    sessionId?: string
  }
}

export const authOptions: NextAuthOptions = {
  session: { strategy: 'jwt', maxAge: sessionDays * 86_400 },
  pages: { signIn: '/signin', error: '/signin' },
  providers: [
    credentials({
      credentials: { email: {}, password: {} },
      authorize: (given) => signIn(given?.email ?? '', given?.password ?? ''),
    }),
  ],
  callbacks: {
    async jwt({ token, user }) {
      if (user === undefined) return token
      return { sub: user.id, email: user.email, name: user.name, sessionId: await openSession(user.id) }
    },
    session({ session, token }) {
      return { ...session, sessionId: token.sessionId }
    },
  },
  events: {
    async signOut({ token }) {
      if (token?.sessionId !== undefined) await db().session.deleteMany({ where: { id: token.sessionId } })
    },
  },
}

async function signIn(emailText: string, password: string): Promise<{ id: string; email: string; name: string | null } | null> {
  let email: string
  try {
    email = normaliseEmail(emailText)
  } catch {
    return null
  }
  if (!mayTry(email)) throw new Error('TooManyTries')
  const user = await db().user.findUnique({ where: { email }, select: { id: true, email: true, name: true, passwordHash: true } })
  if (!(await passwordMatches(user?.passwordHash ?? null, password)) || user === null) return null
  forgetTries(email)
  return { id: user.id, email: user.email, name: user.name }
}

async function openSession(userId: string): Promise<string> {
  const id = newUuid()
  // Those that ran out are good for nothing any more, and nothing else takes them away.
  await db().session.deleteMany({ where: { userId, expiresAt: { lt: new Date() } } })
  await db().session.create({ data: { id, userId, expiresAt: new Date(Date.now() + sessionDays * 86_400_000) } })
  return id
}
