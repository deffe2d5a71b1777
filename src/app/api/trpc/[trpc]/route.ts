import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
import { currentUser, type SessionUser } from '#server/auth/session.ts'
import { isSameOrigin } from '#server/auth/same-origin.ts'
import { appRouter } from '#server/router.ts'

export const dynamic = 'force-dynamic'

function handle(request: Request): Promise<Response> | Response {
  if (request.method === 'POST' && !isSameOrigin(request)) {
    return Response.json({ error: { code: 'forbidden', message: 'This request came from another site.' } }, { status: 403 })
  }
  let user: Promise<SessionUser | null> | undefined
  return fetchRequestHandler({
    endpoint: '/api/trpc',
    req: request,
    router: appRouter,
    createContext: () => ({ user: () => (user ??= currentUser()) }),
    onError({ error, path }) {
      if (error.code === 'INTERNAL_SERVER_ERROR') console.error(`tRPC ${path ?? ''} failed`, error.cause ?? error)
    },
  })
}

export { handle as GET, handle as POST }
