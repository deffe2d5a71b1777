/** All tRPC procedures. Browser code imports only the type. */
import { alertsRouter } from '#server/alerts/router.ts'
import { approvalsRouter } from '#server/approvals/router.ts'
import { auditRouter } from '#server/audit/router.ts'
import { accountRouter } from '#server/auth/router.ts'
import { commentsRouter } from '#server/comments/router.ts'
import { connectionsRouter } from '#server/connections/router.ts'
import { eventsRouter } from '#server/events/router.ts'
import { fanOutsRouter } from '#server/fan-outs/router.ts'
import { functionsRouter } from '#server/functions/router.ts'
import { holdsRouter } from '#server/holds/router.ts'
import { keysRouter } from '#server/keys/router.ts'
import { liveRouter } from '#server/live.ts'
import { membersRouter } from '#server/members/router.ts'
import { outboxRouter } from '#server/outbox/router.ts'
import { playgroundRouter } from '#server/playground/router.ts'
import { presenceRouter } from '#server/presence/router.ts'
import { runsRouter } from '#server/runs/router.ts'
import { schedulesRouter } from '#server/schedules/router.ts'
import { tourRouter } from '#server/tour/router.ts'
import { router } from '#server/trpc.ts'
import { filesRouter } from '#server/workflows/files-router.ts'
import { workflowsRouter } from '#server/workflows/router.ts'
import { workspacesRouter } from '#server/workspaces/router.ts'

export const appRouter = router({
  account: accountRouter,
  alerts: alertsRouter,
  approvals: approvalsRouter,
  audit: auditRouter,
  comments: commentsRouter,
  files: filesRouter,
  connections: connectionsRouter,
  workflows: workflowsRouter,
  events: eventsRouter,
  runs: runsRouter,
  schedules: schedulesRouter,
  functions: functionsRouter,
  fanOuts: fanOutsRouter,
  holds: holdsRouter,
  members: membersRouter,
  playground: playgroundRouter,
  presence: presenceRouter,
  outbox: outboxRouter,
  keys: keysRouter,
  live: liveRouter,
  tour: tourRouter,
  workspaces: workspacesRouter,
})

export type AppRouter = typeof appRouter
