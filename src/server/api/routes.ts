/** Every call of the public API. */
import { auditRoutes } from '#server/api/audit.ts'
import { connectionRoutes } from '#server/api/connections.ts'
import { eventRoutes } from '#server/api/events.ts'
import { fanOutRoutes } from '#server/api/fan-outs.ts'
import { functionRoutes } from '#server/api/functions.ts'
import { holdRoutes } from '#server/api/holds.ts'
import { memberRoutes } from '#server/api/members.ts'
import { playgroundRoutes } from '#server/api/playground.ts'
import type { ApiRoute } from '#server/api/route.ts'
import { runRoutes } from '#server/api/runs.ts'
import { scheduleRoutes } from '#server/api/schedules.ts'
import { signalRoutes } from '#server/api/signals.ts'
import { workflowRoutes } from '#server/api/workflows.ts'
import { workspaceRoutes } from '#server/api/workspace.ts'

export const apiRoutes: ApiRoute[] = [...workflowRoutes, ...functionRoutes, ...eventRoutes, ...runRoutes, ...fanOutRoutes, ...holdRoutes, ...playgroundRoutes, ...signalRoutes, ...scheduleRoutes, ...connectionRoutes, ...memberRoutes, ...workspaceRoutes, ...auditRoutes]

export interface FoundRoute {
  route: ApiRoute
  path: Record<string, string>
}

const patterns = apiRoutes.map((route) => ({ route, parts: route.path.split('/').slice(1) }))

/** `path` is below /api/v1, without its query. `allow`: the methods of this path when none fits. */
export function findRoute(method: string, path: string): FoundRoute | { allow: string[] } {
  const parts = path.split('/').slice(1)
  if (parts.at(-1) === '') parts.pop()
  const allow: string[] = []
  for (const { route, parts: pattern } of patterns) {
    const values = match(pattern, parts)
    if (values === null) continue
    if (route.method === method) return { route, path: values }
    allow.push(route.method)
  }
  return { allow }
}

function match(pattern: string[], parts: string[]): Record<string, string> | null {
  if (pattern.length !== parts.length) return null
  const values: Record<string, string> = {}
  for (const [i, name] of pattern.entries()) {
    const part = parts[i]!
    if (!name.startsWith(':')) {
      if (name !== part) return null
      continue
    }
    try {
      values[name.slice(1)] = decodeURIComponent(part)
    } catch {
      return null
    }
  }
  return values
}
